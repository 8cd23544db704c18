-- What came of the published days that were computed again last, those of one job together.
-- one
-- column accounts    bigint
-- column different   bigint
-- column checked_at  timestamptz null
SELECT coalesce(sum(r.accounts), 0)::bigint AS accounts,
  coalesce(sum(greatest(r.different, (r.state = 'different')::integer)), 0)::bigint AS different,
  max(r.checked_at) AS checked_at
FROM score.recompute AS r
WHERE r.job_run_id = (SELECT job_run_id FROM score.recompute ORDER BY recompute_id DESC LIMIT 1);
