-- Results of a run.
-- copy
-- column account_id          bigint
-- column as_of               date
-- column run_id              bigint
-- column role                text
-- column scorecard_id        bigint
-- column rule                text
-- column health_bp           int null
-- column lower_bp            int
-- column upper_bp            int
-- column raw_band            text
-- column band                text
-- column coverage_bp         int
-- column effective_bp        int null
-- column override_note       text null
-- column p_churn_1e9         bigint null
-- column p_lower_1e9         bigint null
-- column p_upper_1e9         bigint null
-- column risk_percentile_bp  int null
-- column stage               text
-- column arr_minor           bigint
-- column renewal_on          date null
-- column metric_value        double[]
-- column metric_quality      text[]
-- column measure_bp          int[]
-- column contribution_bp     int[]
-- column lost_bp             int[]
-- column risk_contribution   double[] null
-- column risk_value          double[] null
-- column risk_1e9            int[] null
COPY score.account_score (account_id, as_of, run_id, role, scorecard_id, rule, health_bp, lower_bp, upper_bp,
  raw_band, band, coverage_bp, effective_bp, override_note, p_churn_1e9, p_lower_1e9, p_upper_1e9,
  risk_percentile_bp, stage, arr_minor, renewal_on, metric_value, metric_quality, measure_bp,
  contribution_bp, lost_bp, risk_contribution, risk_value, risk_1e9)
FROM STDIN (FORMAT binary);
