-- From when on things are kept: what is older was dropped on request, and must not be taken for
-- something that never was.

CREATE TABLE ops.retention (
  what text NOT NULL CHECK (what IN ('usage', 'reject', 'id')),
  source text NOT NULL DEFAULT '',
  stream text NOT NULL DEFAULT '',
  kept_from timestamptz NOT NULL,
  PRIMARY KEY (what, source, stream)
);
COMMENT ON TABLE ops.retention IS 'From when on things are kept, where something was dropped; no row means everything is.';
COMMENT ON COLUMN ops.retention.what IS 'usage (by its day), reject (by the time it was loaded), id (by the time of the event it belongs to).';
COMMENT ON COLUMN ops.retention.source IS 'Of ids: the source; else empty.';
COMMENT ON COLUMN ops.retention.stream IS 'Of ids: the stream; else empty.';
COMMENT ON COLUMN ops.retention.kept_from IS 'What is older may have been dropped. It only moves on.';
INSERT INTO ops.placement (relation, kind, key) VALUES ('ops.retention', 'reference', NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.retention TO kenko_ingest;
GRANT SELECT ON ops.retention TO kenko_score, kenko_report;

CREATE FUNCTION ops.partition_drop(parent text, month date) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog SET lock_timeout = '10s' AS $body$
DECLARE
  child text := parent || '_y' || to_char(month, 'YYYY') || 'm' || to_char(month, 'MM');
BEGIN
  IF to_regclass(child) IS NULL THEN
    RETURN false;
  END IF;
  -- The parent is locked first, as every reader of it does; a long reader makes this give up.
  EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', parent);
  EXECUTE format('DROP TABLE %s', child);
  RETURN true;
END
$body$;
COMMENT ON FUNCTION ops.partition_drop(text, date) IS 'Drop a table''s partition of a month; false when there is none. Gives up after 10 s behind readers.';
