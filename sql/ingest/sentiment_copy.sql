-- Append versions of sentiment records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column party_id bigint
-- column changed_at timestamptz null
-- column deleted bool
-- column external_id text null
-- column author_email text null
-- column value bigint null
-- column reason text null
-- column set_at timestamptz null
-- column expires_on date null
COPY warehouse.sentiment (
  load_id, ordinal, hash, party_id, changed_at, deleted, external_id, author_email, value,
  reason, set_at, expires_on
) FROM STDIN (FORMAT binary);
