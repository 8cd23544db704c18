-- Loads that were retracted are few, and looked for often: by compaction, and when a retraction gets
-- its commit number.
CREATE INDEX load_undone ON ops.load (undone_no) WHERE undone_no IS NOT NULL;
