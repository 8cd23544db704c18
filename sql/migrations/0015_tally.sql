-- Usage rolled up from records that change: what each version of a record counts for.

CREATE TABLE warehouse.tally (
  party_id bigint NOT NULL,
  stream text NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  changed_at timestamptz,
  metric_ids integer[] NOT NULL,
  subject_ids bigint[] NOT NULL,
  days date[] NOT NULL,
  v bigint[] NOT NULL,
  PRIMARY KEY (party_id, stream, external_id, load_id, ordinal),
  CHECK (cardinality(metric_ids) = cardinality(v) AND cardinality(subject_ids) = cardinality(v)
    AND cardinality(days) = cardinality(v))
);
CREATE INDEX tally_load ON warehouse.tally (load_id);
COMMENT ON TABLE warehouse.tally IS 'What each version of a record counts for in usage, as its load''s mapping said. Of a record the newest visible version counts, as everywhere; the sums of those that count stand in usage_span.';
COMMENT ON COLUMN warehouse.tally.party_id IS 'Whose record.';
COMMENT ON COLUMN warehouse.tally.stream IS 'Stream of the record.';
COMMENT ON COLUMN warehouse.tally.external_id IS 'The record''s id in the source, of incident_account with the source before it; empty for account.';
COMMENT ON COLUMN warehouse.tally.load_id IS 'The load that brought the version.';
COMMENT ON COLUMN warehouse.tally.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.tally.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.tally.metric_ids IS 'warehouse.metric of each value.';
COMMENT ON COLUMN warehouse.tally.subject_ids IS 'warehouse.subject of each value, or 0.';
COMMENT ON COLUMN warehouse.tally.days IS 'Business day of each value.';
COMMENT ON COLUMN warehouse.tally.v IS 'Values in their metric''s scale.';
INSERT INTO ops.placement (relation, kind, key) VALUES ('warehouse.tally', 'distributed', 'party_id');
GRANT SELECT, INSERT, UPDATE, DELETE ON warehouse.tally TO kenko_ingest;
GRANT SELECT ON warehouse.tally TO kenko_score, kenko_report;

COMMENT ON COLUMN warehouse.usage_span.at IS 'For combine latest: event time of each value in microseconds since 1970 UTC. For sum, where records that change are rolled up: how many count in the value, less those that no longer do; a day where they come to 0 has no fact. Null counts 1.';
COMMENT ON COLUMN warehouse.usage_span.load_ids IS 'Of a compacted row: the load of each value; null when all have the row''s.';
