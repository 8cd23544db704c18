-- Append what versions of records count for.
-- copy
-- column party_id     bigint
-- column stream       text
-- column external_id  text
-- column load_id      bigint
-- column ordinal      bigint
-- column changed_at   timestamptz null
-- column metric_ids   int[]
-- column subject_ids  bigint[]
-- column days         date[]
-- column v            bigint[]
COPY warehouse.tally (party_id, stream, external_id, load_id, ordinal, changed_at, metric_ids,
  subject_ids, days, v)
FROM STDIN (FORMAT binary);
