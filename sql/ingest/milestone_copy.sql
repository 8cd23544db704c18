-- Append versions of milestone records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column party_id bigint
-- column changed_at timestamptz null
-- column deleted bool
-- column external_id text null
-- column reached_at timestamptz null
COPY warehouse.milestone (
  load_id, ordinal, hash, party_id, changed_at, deleted, external_id, reached_at
) FROM STDIN (FORMAT binary);
