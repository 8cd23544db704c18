-- A sign of life.
-- none
-- param run_id  bigint
UPDATE ops.job_run
SET heartbeat_at = now()
WHERE run_id = $1::bigint AND state = 'running';
