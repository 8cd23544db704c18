-- Service levels of a day.
-- copy
-- column account_id     bigint
-- column as_of          date
-- column slo            text
-- column label          text
-- column service        text
-- column unit           text
-- column objective_1e9  bigint
-- column total          bigint
-- column bad            bigint
-- column platform       bigint null
-- column excluded       bigint
-- column spent          bigint
-- column wilson_low     double null
-- column wilson_high    double null
-- column state          text
-- column verdict        text
-- column firing         text
COPY score.slo_result (account_id, as_of, slo, label, service, unit, objective_1e9, total, bad, platform,
  excluded, spent, wilson_low, wilson_high, state, verdict, firing)
FROM STDIN (FORMAT binary);
