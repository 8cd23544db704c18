-- Append kept events.
-- copy
-- column party_id    bigint
-- column subject_id  bigint
-- column load_id     bigint
-- column ordinal     bigint
-- column at          timestamptz
-- column v           bigint null
-- column metric_id   int null
-- column day         date
-- column id_hash     bytea null
COPY warehouse.usage_event (party_id, subject_id, load_id, ordinal, at, v, metric_id, day, id_hash)
FROM STDIN (FORMAT binary);
