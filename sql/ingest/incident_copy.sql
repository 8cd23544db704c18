-- Append versions of incident records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column source text
-- column changed_at timestamptz null
-- column deleted bool
-- column external_id text null
-- column title text null
-- column severity text null
-- column cause text null
-- column component text null
-- column started_at timestamptz null
-- column resolved_at timestamptz null
COPY warehouse.incident (
  load_id, ordinal, hash, source, changed_at, deleted, external_id, title, severity, cause,
  component, started_at, resolved_at
) FROM STDIN (FORMAT binary);
