-- A day's stored service levels.
-- copy
-- param  as_of          date
-- column account_id     bigint
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
-- column state          text
-- column verdict        text
-- column firing         text
COPY (
  SELECT account_id, slo, label, service, unit, objective_1e9, total, bad, platform, excluded, spent, state,
    verdict, firing
  FROM score.slo_result
  WHERE as_of = $1::date
) TO STDOUT (FORMAT binary);
