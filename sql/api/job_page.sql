-- Runs of jobs, newest first.
-- many shown
-- param  job       text null
-- param  state     text null
-- param  after_id  bigint null
-- param  max_rows  int
-- column run_id        bigint    The run of the job.
-- column job           text    Which job.
-- column state         text    running, done, failed, interrupted or lost.
-- column started_at    timestamptz    When it began.
-- column heartbeat_at  timestamptz    Last sign of life.
-- column finished_at   timestamptz null    When it ended.
-- column error_kind    text null    Kind of the error that ended it.
-- column message       text null    Its message.
-- column counters      jsonb    What it did, by name.
-- column version       text    Version of kenko.
-- column page_id       bigint
SELECT j.run_id, j.job, j.state, j.started_at, j.heartbeat_at, j.finished_at, j.error_kind, j.message,
  j.counters, j.version, j.run_id AS page_id
FROM ops.job_run AS j
WHERE ($1::text IS NULL OR j.job = $1::text) AND ($2::text IS NULL OR j.state = $2::text)
  AND ($3::bigint IS NULL OR j.run_id < $3::bigint)
ORDER BY j.run_id DESC
LIMIT $4::int;
