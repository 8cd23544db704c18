-- The features a run's model read of some accounts.
-- many
-- param  run_id       bigint
-- param  as_of        date
-- param  account_ids  bigint[]
-- column account_id   bigint
-- column risk_value   double[]
SELECT s.account_id, s.risk_value
FROM score.account_score AS s
WHERE s.as_of = $2::date AND s.run_id <= $1::bigint AND s.until_run_id > $1::bigint
  AND s.role = 'champion' AND s.account_id = ANY($3::bigint[]) AND s.risk_value IS NOT NULL;
