-- Append versions of incident account records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column party_id bigint
-- column source text
-- column changed_at timestamptz null
-- column deleted bool
-- column external_id text null
-- column occurred_at timestamptz null
-- column minutes bigint null
COPY warehouse.incident_account (
  load_id, ordinal, hash, party_id, source, changed_at, deleted, external_id, occurred_at,
  minutes
) FROM STDIN (FORMAT binary);
