-- Verdicts on failures that are no longer so.
-- none
-- param account_ids   bigint[]
-- param external_ids  text[]
-- param finished_us   bigint[]  microseconds since 1970
DELETE FROM score.job_fault AS f
USING unnest($1::bigint[], $2::text[], $3::bigint[]) AS d (account_id, external_id, finished_us)
WHERE f.account_id = d.account_id AND f.external_id = d.external_id
  AND (extract(epoch FROM f.finished_at) * 1000000)::bigint = d.finished_us;
