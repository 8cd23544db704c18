-- Open a run of a job under a new fence; earlier runs without end are lost.
-- one
-- param  job      text
-- param  host     text
-- param  pid      int
-- param  version  text
-- column run_id   bigint
-- column fence    bigint
WITH lost AS (
  UPDATE ops.job_run
  SET state = 'lost', finished_at = now()
  WHERE job = $1::text AND state = 'running'
), fence AS (
  INSERT INTO ops.fence (job, fence)
  VALUES ($1::text, 1)
  ON CONFLICT (job) DO UPDATE SET fence = ops.fence.fence + 1
  RETURNING fence
)
INSERT INTO ops.job_run (job, fence, host, pid, version)
SELECT $1::text, f.fence, $2::text, $3::integer, $4::text
FROM fence AS f
RETURNING run_id, fence;
