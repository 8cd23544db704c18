-- What sources promise, and what is done when they do not keep it.

ALTER TABLE ops.load DROP CONSTRAINT load_kind_check;
ALTER TABLE ops.load ADD CONSTRAINT load_kind_check
  CHECK (kind IN ('ingest', 'identity', 'undo', 'compact', 'quality'));
ALTER TABLE ops.load ADD COLUMN first_day date, ADD COLUMN last_day date;
COMMENT ON COLUMN ops.load.kind IS 'ingest, identity (link, merge, split, matching), undo, compact, quality (checks of usage).';
COMMENT ON COLUMN ops.load.first_day IS 'First business day its usage speaks of; earlier than days already scored, it is a correction.';
COMMENT ON COLUMN ops.load.last_day IS 'Last business day its usage speaks of.';

CREATE TABLE warehouse.quality (
  metric text NOT NULL,
  check_name text NOT NULL,
  day date NOT NULL,
  load_id bigint NOT NULL REFERENCES ops.load,
  failed boolean NOT NULL,
  value double precision NOT NULL,
  usual double precision NOT NULL,
  said_by text NOT NULL DEFAULT '',
  PRIMARY KEY (metric, check_name, day, load_id)
);
COMMENT ON TABLE warehouse.quality IS 'Statements "on this day this usage metric did (not) keep what was promised of it", append-only; the newest visible one counts. Scoring leaves metrics out whose window holds a failed day of the last week.';
COMMENT ON COLUMN warehouse.quality.metric IS 'Usage metric of metrics.yaml.';
COMMENT ON COLUMN warehouse.quality.check_name IS 'parties: too few customers have a fact; total: the sum is too far from the usual.';
COMMENT ON COLUMN warehouse.quality.day IS 'Business day it speaks of.';
COMMENT ON COLUMN warehouse.quality.load_id IS 'The load of kind quality that said so.';
COMMENT ON COLUMN warehouse.quality.failed IS 'False takes a failure back.';
COMMENT ON COLUMN warehouse.quality.value IS 'What was found: customers, or the sum in the metric''s unit.';
COMMENT ON COLUMN warehouse.quality.usual IS 'Median of the same weekday over the eight weeks before.';
COMMENT ON COLUMN warehouse.quality.said_by IS 'Who accepted the day as it is, and why; empty when the check itself speaks.';

CREATE TABLE ops.schema_event (
  event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  stream text NOT NULL,
  place text NOT NULL,
  change text NOT NULL CHECK (change IN ('added', 'removed', 'widened', 'variant')),
  field text NOT NULL,
  detail text NOT NULL DEFAULT '',
  load_id bigint REFERENCES ops.load,
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX schema_event_source ON ops.schema_event (source, stream, event_id);
COMMENT ON TABLE ops.schema_event IS 'Changes in what a source delivers: a column that came, went or changed its type.';
COMMENT ON COLUMN ops.schema_event.event_id IS 'Surrogate.';
COMMENT ON COLUMN ops.schema_event.source IS 'Source name.';
COMMENT ON COLUMN ops.schema_event.stream IS 'Stream.';
COMMENT ON COLUMN ops.schema_event.place IS 'File or other place it was first seen in.';
COMMENT ON COLUMN ops.schema_event.change IS 'added, removed, widened (a type took a wider one), variant (values of another type got a column of their own).';
COMMENT ON COLUMN ops.schema_event.field IS 'Source field.';
COMMENT ON COLUMN ops.schema_event.detail IS 'Types, where they matter.';
COMMENT ON COLUMN ops.schema_event.load_id IS 'The load that first met it.';
COMMENT ON COLUMN ops.schema_event.seen_at IS 'Server time.';

INSERT INTO ops.placement (relation, kind, key) VALUES
  ('warehouse.quality', 'reference', NULL), ('ops.schema_event', 'local', NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON warehouse.quality, ops.schema_event TO kenko_ingest;
GRANT SELECT ON warehouse.quality, ops.schema_event TO kenko_score, kenko_report;
