-- Who runs a job now.
-- maybe
-- param  job         text
-- column run_id      bigint
-- column host        text
-- column pid         int
-- column started_at  timestamptz
SELECT run_id, host, pid, started_at
FROM ops.job_run
WHERE job = $1::text AND state = 'running'
ORDER BY run_id DESC
LIMIT 1;
