-- What quarters may cost.
-- copy
-- column quarter             date
-- column forecast_on         date
-- column risk_as_of          date null
-- column n                   bigint
-- column arr_minor           bigint
-- column n_without_risk      bigint
-- column without_risk_minor  bigint
-- column expected_minor      bigint
-- column arr_p10             bigint
-- column arr_p50             bigint
-- column arr_p90             bigint
-- column n_p10               bigint
-- column n_p50               bigint
-- column n_p90               bigint
-- column step_minor          bigint
-- column n_lost              bigint null
-- column lost_minor          bigint null
COPY score.forecast (quarter, forecast_on, risk_as_of, n, arr_minor, n_without_risk, without_risk_minor, expected_minor,
  arr_p10, arr_p50, arr_p90, n_p10, n_p50, n_p90, step_minor, n_lost, lost_minor)
FROM STDIN (FORMAT binary);
