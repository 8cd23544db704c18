-- Keep the run of a scheduled command, unless the process left a row of the job itself.
-- none
-- param job         text
-- param host        text
-- param pid         int
-- param version     text
-- param started_at  timestamptz
-- param state       text
-- param error_kind  text null
-- param message     text null
INSERT INTO ops.job_run (job, host, pid, version, started_at, state, error_kind, message, fence, finished_at)
SELECT $1::text, $2::text, $3::integer, $4::text, $5::timestamptz, $6::text, $7::text, $8::text, 0, now()
WHERE NOT EXISTS (
  SELECT FROM ops.job_run
  WHERE job = $1::text AND host = $2::text AND pid = $3::integer AND started_at >= $5::timestamptz
);
