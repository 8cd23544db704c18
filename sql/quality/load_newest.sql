-- When the newest load of records was committed: the day quality is judged on.
-- one
-- column committed_at  timestamptz null
SELECT max(l.committed_at) AS committed_at
FROM ops.load AS l
WHERE l.kind = 'ingest' AND l.commit_no IS NOT NULL;
