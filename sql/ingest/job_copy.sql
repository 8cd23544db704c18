-- Append versions of job records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column party_id bigint
-- column changed_at timestamptz null
-- column deleted bool
-- column external_id text null
-- column definition text null
-- column connector text null
-- column executor text null
-- column status text null
-- column created_at timestamptz null
-- column started_at timestamptz null
-- column finished_at timestamptz null
-- column row_count bigint null
-- column byte_count bigint null
-- column skipped_count bigint null
COPY warehouse.job (
  load_id, ordinal, hash, party_id, changed_at, deleted, external_id, definition, connector,
  executor, status, created_at, started_at, finished_at, row_count, byte_count, skipped_count
) FROM STDIN (FORMAT binary);
