-- Append versions of touchpoint records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column party_id bigint
-- column changed_at timestamptz null
-- column deleted bool
-- column external_id text null
-- column kind text null
-- column occurred_at timestamptz null
-- column note text null
COPY warehouse.touchpoint (
  load_id, ordinal, hash, party_id, changed_at, deleted, external_id, kind, occurred_at, note
) FROM STDIN (FORMAT binary);
