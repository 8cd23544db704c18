-- The published result of an account.
-- maybe
-- param  key              text
-- column as_of            date
-- column run_id           bigint
-- column health_bp        int null
-- column effective_bp     int null
-- column lower_bp         int
-- column upper_bp         int
-- column band             text
-- column coverage_bp      int
-- column p_churn_1e9      bigint null
-- column p_lower_1e9      bigint null
-- column p_upper_1e9      bigint null
-- column scorecard_id     bigint
-- column metric_value     double[]
-- column metric_quality   text[]
-- column contribution_bp  int[]
-- column lost_bp          int[]
SELECT s.as_of, s.run_id, s.health_bp, s.effective_bp, s.lower_bp, s.upper_bp, s.band, s.coverage_bp,
  s.p_churn_1e9, s.p_lower_1e9, s.p_upper_1e9, s.scorecard_id, s.metric_value, s.metric_quality,
  s.contribution_bp, s.lost_bp
FROM score.current_run AS r
JOIN score.account_published AS s ON s.as_of = r.as_of
JOIN identity.account AS a ON a.account_id = s.account_id
WHERE a.key = $1::text;
