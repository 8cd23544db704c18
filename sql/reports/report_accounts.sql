-- Accounts of a run with what was before, in one of the orders: loss (expected loss), fall (health
-- lost since), change (worse since, by change of expected loss), renewal (contracts ending within 90 days, by expected loss), key (one account).
-- many
-- param  run_id            bigint
-- param  as_of             date
-- param  before_id         bigint
-- param  before            date
-- param  sort              text
-- param  key               text   only this account when not empty
-- param  max_rows          int
-- column key               text
-- column name              text
-- column owner             text
-- column plan              text
-- column band              text
-- column before_band       text null
-- column effective_bp      int null
-- column before_bp         int null
-- column lower_bp          int
-- column upper_bp          int
-- column coverage_bp       int
-- column override_note     text null
-- column arr_minor         bigint
-- column renewal_on        date null
-- column p_churn_1e9       bigint null
-- column p_lower_1e9       bigint null
-- column p_upper_1e9       bigint null
-- column before_p_1e9      bigint null
-- column expected_minor    double
-- column metric_value      double[]
-- column metric_quality    text[]
-- column measure_bp        int[]
-- column contribution_bp   int[]
-- column lost_bp           int[]
-- column before_contribution_bp int[] null
-- column risk_contribution double[] null
SELECT a.key, a.name, coalesce(a.owner_name, '') AS owner, coalesce(a.plan, '') AS plan, s.band,
  b.band AS before_band, s.effective_bp, b.effective_bp AS before_bp, s.lower_bp, s.upper_bp,
  s.coverage_bp, s.override_note, s.arr_minor, s.renewal_on, s.p_churn_1e9, s.p_lower_1e9,
  s.p_upper_1e9, b.p_churn_1e9 AS before_p_1e9,
  s.arr_minor * coalesce(s.p_churn_1e9 / 1e9::double precision, (10000 - coalesce(s.effective_bp, 5000)) / 1e5::double precision)
    AS expected_minor,
  s.metric_value, s.metric_quality, s.measure_bp, s.contribution_bp, s.lost_bp,
  b.contribution_bp AS before_contribution_bp, s.risk_contribution
FROM score.account_score AS s
JOIN warehouse.account_now AS a ON a.account_id = s.account_id
LEFT JOIN score.account_score AS b ON b.account_id = s.account_id AND b.as_of = $4::date
  AND b.run_id <= $3::bigint AND b.until_run_id > $3::bigint AND b.role = 'champion'
  AND b.scorecard_id = s.scorecard_id
WHERE s.as_of = $2::date AND s.run_id <= $1::bigint AND s.until_run_id > $1::bigint
  AND s.role = 'champion'
  AND ($6::text = '' OR a.key = $6::text)
  AND CASE $5::text
    WHEN 'fall' THEN s.effective_bp < b.effective_bp - 300
    WHEN 'change' THEN s.effective_bp < b.effective_bp - 300
      OR (s.band <> b.band AND s.effective_bp < b.effective_bp)
      OR s.p_churn_1e9 > b.p_churn_1e9 + 50000000
    WHEN 'renewal' THEN s.renewal_on >= $2::date AND s.renewal_on < $2::date + 90
    ELSE true END
ORDER BY CASE WHEN $5::text = 'fall' THEN (s.effective_bp - b.effective_bp)::double precision END,
  CASE WHEN $5::text = 'change' THEN coalesce(
    b.arr_minor * (b.p_churn_1e9 / 1e9::double precision) - s.arr_minor * (s.p_churn_1e9 / 1e9::double precision),
    s.arr_minor * ((s.effective_bp - b.effective_bp) / 1e5::double precision)) END,
  expected_minor DESC, a.key
LIMIT $7::integer;
