-- Append versions of survey response records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column party_id bigint
-- column changed_at timestamptz null
-- column deleted bool
-- column external_id text null
-- column kind text null
-- column answered_at timestamptz null
-- column value bigint null
-- column contact_id text null
-- column comment text null
COPY warehouse.survey_response (
  load_id, ordinal, hash, party_id, changed_at, deleted, external_id, kind, answered_at, value,
  contact_id, comment
) FROM STDIN (FORMAT binary);
