-- The newest runs of all jobs.
-- many
-- param  max_rows     int
-- column run_id       bigint
-- column job          text
-- column state        text
-- column started_at   timestamptz
-- column finished_at  timestamptz null
-- column message      text null
-- column counters     jsonb
SELECT run_id, job, state, started_at, finished_at, message, counters
FROM ops.job_run
ORDER BY run_id DESC
LIMIT $1::integer;
