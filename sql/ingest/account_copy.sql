-- Append versions of account records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column party_id bigint
-- column changed_at timestamptz null
-- column deleted bool
-- column name text null
-- column domain text null
-- column owner_email text null
-- column plan text null
-- column segment text null
-- column industry text null
-- column region text null
-- column parent_id text null
-- column created_on date null
COPY warehouse.account (
  load_id, ordinal, hash, party_id, changed_at, deleted, name, domain, owner_email, plan,
  segment, industry, region, parent_id, created_on
) FROM STDIN (FORMAT binary);
