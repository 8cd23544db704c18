-- The last runs of jobs that count as run: those that ended, but not because something was away.
-- many
-- param  jobs        text[]
-- column job         text
-- column state       text
-- column started_at  timestamptz
SELECT j.job, r.state, r.started_at
FROM unnest($1::text[]) AS j (job)
CROSS JOIN LATERAL (
  SELECT state, started_at
  FROM ops.job_run
  WHERE job = j.job
    AND (state = 'done' OR (state = 'failed' AND error_kind IS DISTINCT FROM 'unavailable'))
  ORDER BY run_id DESC
  LIMIT 1
) AS r
ORDER BY j.job;
