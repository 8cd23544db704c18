-- Versions of incidents.
-- copy
-- column source       text
-- column external_id  text
-- column load_id      bigint
-- column ordinal      bigint
-- column changed_at   timestamptz null
-- column deleted      bool
-- column title        text null
-- column severity     text null
-- column cause        text null
-- column component    text null
-- column started_at   timestamptz
-- column resolved_at  timestamptz null
COPY (
  SELECT v.source, v.external_id, v.load_id, v.ordinal, v.changed_at, v.deleted, v.title, v.severity,
    v.cause, v.component, v.started_at, v.resolved_at
  FROM warehouse.incident AS v
) TO STDOUT (FORMAT binary);
