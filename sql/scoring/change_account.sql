-- One account's result on the newest published day up to a day; no row when it was no customer then.
-- maybe
-- param  key               text
-- param  day               date   infinity for the newest
-- column name              text null
-- column as_of             date
-- column run_id            bigint
-- column known_no          bigint
-- column scorecard_id      bigint
-- column rule              text
-- column scorecard         text
-- column model_id          bigint null
-- column health_bp         int null
-- column effective_bp      int null
-- column lower_bp          int
-- column upper_bp          int
-- column band              text
-- column coverage_bp       int
-- column arr_minor         bigint
-- column renewal_on        date null
-- column override_note     text null
-- column p_churn_1e9       bigint null
-- column p_lower_1e9       bigint null
-- column p_upper_1e9       bigint null
-- column metric_value      double[]
-- column metric_quality    text[]
-- column measure_bp        int[]
-- column contribution_bp   int[]
-- column lost_bp           int[]
-- column risk_contribution double[] null
-- column risk_value        double[] null
-- column risk_1e9          int[] null
SELECT n.name, s.as_of, s.run_id, r.known_no, s.scorecard_id, s.rule, c.name AS scorecard, r.model_id,
  s.health_bp, s.effective_bp, s.lower_bp, s.upper_bp, s.band, s.coverage_bp, s.arr_minor,
  s.renewal_on, s.override_note,
  s.p_churn_1e9, s.p_lower_1e9, s.p_upper_1e9, s.metric_value, s.metric_quality, s.measure_bp,
  s.contribution_bp, s.lost_bp, s.risk_contribution, s.risk_value, s.risk_1e9
FROM score.account_published AS s
JOIN score.run AS r ON r.run_id = s.run_id
JOIN score.scorecard AS c ON c.scorecard_id = s.scorecard_id
JOIN identity.account AS a ON a.account_id = s.account_id
LEFT JOIN warehouse.account_now AS n ON n.account_id = a.account_id
WHERE a.key = $1::text
  AND s.as_of = (SELECT max(p.as_of) FROM score.published AS p WHERE p.as_of <= $2::date);
