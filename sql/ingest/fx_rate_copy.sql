-- Append versions of fx rate records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column changed_at timestamptz null
-- column deleted bool
-- column currency text null
-- column day date null
-- column rate_1e9 bigint null
COPY warehouse.fx_rate (
  load_id, ordinal, hash, changed_at, deleted, currency, day, rate_1e9
) FROM STDIN (FORMAT binary);
