-- How far each source that is not a file was read. Files have ops.file, which knows their content.

CREATE TABLE ops.watermark (
  source text NOT NULL,
  stream text NOT NULL DEFAULT '',
  position text NOT NULL,
  run_id bigint NOT NULL REFERENCES ops.job_run,
  load_id bigint REFERENCES ops.load,
  moved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, stream)
);
COMMENT ON TABLE ops.watermark IS 'How far each source was read; moved in the transaction that commits the facts before it.';
COMMENT ON COLUMN ops.watermark.source IS 'Source name.';
COMMENT ON COLUMN ops.watermark.stream IS 'Stream as the source names it; empty when one position serves all its streams.';
COMMENT ON COLUMN ops.watermark.position IS 'Everything before it is committed; the form is the kind of source''s own.';
COMMENT ON COLUMN ops.watermark.run_id IS 'The job run that moved it last.';
COMMENT ON COLUMN ops.watermark.load_id IS 'The last load of the transaction that moved it; null when it brought no records.';
COMMENT ON COLUMN ops.watermark.moved_at IS 'Server time.';
INSERT INTO ops.placement (relation, kind, key) VALUES ('ops.watermark', 'local', NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.watermark TO kenko_ingest;
GRANT SELECT ON ops.watermark TO kenko_score, kenko_report;
