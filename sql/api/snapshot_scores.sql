-- The results of a run. Qualities that are all ok need not be said.
-- copy
-- param  run_id              bigint
-- param  as_of               date
-- column account_id          bigint
-- column scorecard_id        bigint
-- column health_bp           int null
-- column effective_bp        int null
-- column lower_bp            int
-- column upper_bp            int
-- column coverage_bp         int
-- column band                text
-- column raw_band            text
-- column override_note       text null
-- column p_churn_1e9         bigint null
-- column p_lower_1e9         bigint null
-- column p_upper_1e9         bigint null
-- column risk_percentile_bp  int null
-- column stage               text
-- column arr_minor           bigint
-- column renewal_on          date null
-- column metric_value        double[]
-- column metric_quality      text[] null  null: all ok
-- column measure_bp          int[]
-- column contribution_bp     int[]
-- column lost_bp             int[]
-- column risk_contribution   double[] null
COPY (
  SELECT s.account_id, s.scorecard_id, s.health_bp, s.effective_bp, s.lower_bp, s.upper_bp,
    s.coverage_bp, s.band, s.raw_band, s.override_note, s.p_churn_1e9, s.p_lower_1e9, s.p_upper_1e9,
    s.risk_percentile_bp, s.stage, s.arr_minor, s.renewal_on, s.metric_value,
    CASE WHEN 'ok' = ALL (s.metric_quality) THEN NULL ELSE s.metric_quality END AS metric_quality,
    s.measure_bp, s.contribution_bp, s.lost_bp, s.risk_contribution
  FROM score.account_score AS s
  WHERE s.as_of = $2::date AND s.run_id <= $1::bigint AND s.until_run_id > $1::bigint
    AND s.role = 'champion'
  ORDER BY s.account_id
) TO STDOUT (FORMAT binary);
