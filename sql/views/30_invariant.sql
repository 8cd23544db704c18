-- What must hold at any moment; `kenko check` runs it and every destructive test ends with it.

CREATE OR REPLACE VIEW ops.invariant AS
SELECT 'counters of each load reconcile' AS name, count(*) AS violations
FROM ops.load
WHERE read_count <> loaded + duplicate + ignored + rejected
UNION ALL
SELECT 'every reject that was counted is kept', count(*)
FROM ops.load AS l
LEFT JOIN (SELECT load_id, count(*) AS n FROM ops.reject GROUP BY load_id) AS r ON r.load_id = l.load_id
WHERE l.rejected <> coalesce(r.n, 0)
UNION ALL
SELECT 'every ignored record has its rule', count(*)
FROM ops.load AS l
LEFT JOIN (SELECT load_id, sum(records) AS n FROM ops.load_ignored GROUP BY load_id) AS r ON r.load_id = l.load_id
WHERE l.ignored <> coalesce(r.n, 0)
UNION ALL
SELECT 'every load has a commit number', count(*)
FROM ops.load
WHERE commit_no IS NULL
UNION ALL
SELECT 'no commit number is beyond the clock', count(*)
FROM ops.load
WHERE commit_no > (SELECT commit_no FROM ops.clock) OR undone_no > (SELECT commit_no FROM ops.clock)
UNION ALL
SELECT 'spans stay within their month', count(*)
FROM warehouse.usage_span
WHERE first_day + cardinality(v) - 1 > extract(day FROM month + interval '1 month' - interval '1 day')
  OR cardinality(v) = 0 OR (load_ids IS NOT NULL AND cardinality(load_ids) <> cardinality(v))
UNION ALL
SELECT 'spans belong to a load', count(*)
FROM warehouse.usage_span AS s
WHERE NOT EXISTS (SELECT FROM ops.load AS l WHERE l.load_id = s.load_id)
UNION ALL
SELECT 'kept events belong to a load', count(*)
FROM warehouse.usage_event AS e
WHERE NOT EXISTS (SELECT FROM ops.load AS l WHERE l.load_id = e.load_id)
UNION ALL
SELECT 'published runs are complete', count(*)
FROM score.published AS p
JOIN score.run AS r ON r.run_id = p.run_id
WHERE r.state <> 'complete' OR r.as_of <> p.as_of
UNION ALL
SELECT 'published runs have all their accounts', count(*)
FROM score.published AS p
JOIN score.run AS r ON r.run_id = p.run_id
LEFT JOIN (SELECT run_id, count(*) AS n FROM score.account_published GROUP BY run_id) AS s
  ON s.run_id = r.run_id
WHERE r.accounts <> coalesce(s.n, 0)
UNION ALL
SELECT 'one result stands for an account and a run', count(*)
FROM (
  SELECT run_id, lag(until_run_id) OVER (PARTITION BY account_id, as_of, role ORDER BY run_id) AS before
  FROM score.account_score
) AS s
WHERE s.run_id < s.before
UNION ALL
SELECT 'contributions add up to health', count(*)
FROM score.account_score AS s
WHERE s.health_bp IS NOT NULL
  AND s.health_bp <> (SELECT sum(c) FROM unnest(s.contribution_bp) AS u(c))
UNION ALL
SELECT 'lost points add up to the rest', count(*)
FROM score.account_score AS s
WHERE s.health_bp IS NOT NULL
  AND 10000 - s.health_bp <> (SELECT sum(c) FROM unnest(s.lost_bp) AS u(c))
UNION ALL
SELECT 'health lies within its bounds', count(*)
FROM score.account_score AS s
WHERE s.health_bp < s.lower_bp OR s.health_bp > s.upper_bp
UNION ALL
SELECT 'without data the band is Unknown', count(*)
FROM score.account_score AS s
WHERE s.health_bp IS NULL AND s.raw_band <> 'Unknown'
UNION ALL
SELECT 'probabilities lie within their intervals', count(*)
FROM score.account_score AS s
WHERE s.p_churn_1e9 < s.p_lower_1e9 OR s.p_churn_1e9 > s.p_upper_1e9
  OR EXISTS (
    SELECT FROM generate_series(1, 10, 3) AS i
    WHERE s.risk_1e9[i] NOT BETWEEN s.risk_1e9[i + 1] AND s.risk_1e9[i + 2]
  )
UNION ALL
SELECT 'ARR movements of accounts add up to those of all', count(*)
FROM (
  SELECT m.scope, m.period, sum(m.end_minor - m.start_minor) AS change
  FROM score.arr_moved AS m
  GROUP BY m.scope, m.period
) AS m
FULL JOIN (
  SELECT t.scope, t.period, t.new_minor::numeric + t.resurrection_minor + t.expansion_minor
    + t.contraction_minor + t.churn_minor AS change
  FROM score.arr_period AS t
  WHERE t.kind = 'month'
) AS p ON p.scope = m.scope AND p.period = m.period
WHERE coalesce(m.change, 0) <> coalesce(p.change, 0);
COMMENT ON VIEW ops.invariant IS 'Each invariant with the number of rows that break it; all must be 0.';
COMMENT ON COLUMN ops.invariant.name IS 'What must hold.';
COMMENT ON COLUMN ops.invariant.violations IS 'How many rows break it.';
