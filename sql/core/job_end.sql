-- Close a run.
-- none
-- param run_id      bigint
-- param state       text
-- param error_kind  text null
-- param message     text null
-- param counters    jsonb
UPDATE ops.job_run
SET state = $2::text, error_kind = $3::text, message = $4::text, counters = $5::jsonb,
  finished_at = now(), heartbeat_at = now()
WHERE run_id = $1::bigint AND state = 'running';
