-- Append versions of ticket records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column party_id bigint
-- column changed_at timestamptz null
-- column deleted bool
-- column external_id text null
-- column subject text null
-- column severity text null
-- column status text null
-- column opened_at timestamptz null
-- column first_reply_at timestamptz null
-- column solved_at timestamptz null
-- column reopened bool null
COPY warehouse.ticket (
  load_id, ordinal, hash, party_id, changed_at, deleted, external_id, subject, severity,
  status, opened_at, first_reply_at, solved_at, reopened
) FROM STDIN (FORMAT binary);
