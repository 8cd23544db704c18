-- Events of streams that say `keep: true`, one row for each of their values.

CREATE TABLE warehouse.usage_event (
  party_id bigint NOT NULL,
  subject_id bigint NOT NULL DEFAULT 0,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  at timestamptz NOT NULL,
  v bigint,
  metric_id integer,
  day date NOT NULL,
  id_hash bytea
) PARTITION BY RANGE (day);
COMMENT ON TABLE warehouse.usage_event IS 'Usage events as they came, of streams that keep them: a row for each value, one without a value where an event has none. No index: it is written fast and read whole, by months.';
COMMENT ON COLUMN warehouse.usage_event.party_id IS 'Whose usage.';
COMMENT ON COLUMN warehouse.usage_event.subject_id IS 'warehouse.subject, or 0.';
COMMENT ON COLUMN warehouse.usage_event.load_id IS 'The load that brought it; its usage_span rows have the same.';
COMMENT ON COLUMN warehouse.usage_event.ordinal IS 'Where the record stands in its file or delivery: the same for the values of one event.';
COMMENT ON COLUMN warehouse.usage_event.at IS 'When it happened.';
COMMENT ON COLUMN warehouse.usage_event.v IS 'Value in the metric''s scale; null when the event has none.';
COMMENT ON COLUMN warehouse.usage_event.metric_id IS 'warehouse.metric; null when the event has no value.';
COMMENT ON COLUMN warehouse.usage_event.day IS 'Business day of at; the partitions are its months.';
COMMENT ON COLUMN warehouse.usage_event.id_hash IS 'Keyed hash of the event''s id, as in ops.seen; null when the mapping has no id.';

INSERT INTO ops.placement (relation, kind, key) VALUES ('warehouse.usage_event', 'distributed', 'party_id');
GRANT SELECT, INSERT, UPDATE, DELETE ON warehouse.usage_event TO kenko_ingest;
GRANT SELECT ON warehouse.usage_event TO kenko_score, kenko_report;
