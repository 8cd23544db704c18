-- One load.
-- maybe shown
-- param  load_id  bigint
-- column load_id       bigint    The load.
-- column job_run_id    bigint null    Run of the job that made it.
-- column kind          text    ingest, identity, undo, compact or quality.
-- column source        text    Source.
-- column stream        text    Stream.
-- column file          text    File it was read from.
-- column commit_no     bigint null    Order of commits.
-- column committed_at  timestamptz    Time of the batch.
-- column is_undone     bool    It no longer counts.
-- column undone_by     text null    Who retracted it and why.
-- column read          bigint    Records read: the sum of the next four.
-- column loaded        bigint    Records that became facts.
-- column duplicate     bigint    Records that were known already.
-- column ignored       bigint    Records that a named rule leaves out.
-- column rejected      bigint    Records that could not become facts.
-- column first_day     date null    First business day its usage speaks of.
-- column last_day      date null    Last one.
-- column message       text    Anything worth saying.
SELECT l.load_id, l.run_id AS job_run_id, l.kind, l.source, l.stream, l.file, l.commit_no, l.committed_at,
  l.undone_no IS NOT NULL AS is_undone, l.undone_by, l.read_count AS read, l.loaded, l.duplicate, l.ignored,
  l.rejected, l.first_day, l.last_day, l.message
FROM ops.load AS l
WHERE l.load_id = $1::bigint;
