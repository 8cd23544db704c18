-- Ids of many loads, merged into runs: a load that brings few asks for those alone.

CREATE TABLE ops.seen_run (
  run_id bigserial PRIMARY KEY,
  source text NOT NULL,
  stream text NOT NULL,
  ids bigint NOT NULL,
  first_load bigint NOT NULL,
  last_load bigint NOT NULL
);
CREATE INDEX seen_run_stream ON ops.seen_run (source, stream);
COMMENT ON TABLE ops.seen_run IS 'Ids that stood in ops.seen, of many loads in one order. Runs of a stream have sizes that differ by a factor, so they are few.';
COMMENT ON COLUMN ops.seen_run.run_id IS 'Surrogate.';
COMMENT ON COLUMN ops.seen_run.source IS 'Source name.';
COMMENT ON COLUMN ops.seen_run.stream IS 'Stream.';
COMMENT ON COLUMN ops.seen_run.ids IS 'How many ids it holds.';
COMMENT ON COLUMN ops.seen_run.first_load IS 'The oldest load of which it holds ids.';
COMMENT ON COLUMN ops.seen_run.last_load IS 'The latest.';

CREATE TABLE ops.seen_page (
  run_id bigint NOT NULL REFERENCES ops.seen_run ON DELETE CASCADE,
  first bytea NOT NULL,
  entries bytea NOT NULL,
  PRIMARY KEY (run_id, first)
);
ALTER TABLE ops.seen_page ALTER COLUMN entries SET STORAGE PLAIN;
COMMENT ON TABLE ops.seen_page IS 'The ids of a run in their order, as many to a row as a page of the table holds.';
COMMENT ON COLUMN ops.seen_page.run_id IS 'The run.';
COMMENT ON COLUMN ops.seen_page.first IS 'The first id of the row; ids below the next row''s first stand in this one.';
COMMENT ON COLUMN ops.seen_page.entries IS 'Entries of 24 bytes: the 16 of the hash as in ops.seen, and its load, most significant byte first.';

INSERT INTO ops.placement (relation, kind) VALUES ('ops.seen_run', 'local'), ('ops.seen_page', 'local');
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.seen_run, ops.seen_page TO kenko_ingest;
GRANT USAGE ON SEQUENCE ops.seen_run_run_id_seq TO kenko_ingest;
COMMENT ON COLUMN ops.seen.bucket IS 'Always 0: loads bring few ids, and those of many are merged into ops.seen_run.';
