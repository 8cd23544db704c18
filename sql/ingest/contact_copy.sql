-- Append versions of contact records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column party_id bigint
-- column changed_at timestamptz null
-- column deleted bool
-- column external_id text null
-- column name text null
-- column email text null
-- column role text null
-- column left_on date null
COPY warehouse.contact (
  load_id, ordinal, hash, party_id, changed_at, deleted, external_id, name, email, role, left_on
) FROM STDIN (FORMAT binary);
