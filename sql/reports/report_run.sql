-- The run that speaks for the newest published day up to a day.
-- maybe
-- param  as_of          date   infinity for the newest
-- column run_id         bigint
-- column as_of          date
-- column known_no       bigint
-- column known_at       timestamptz
-- column accounts       bigint
-- column unknown_accounts bigint
-- column scorecard_id   bigint
-- column scorecard      text
-- column version        text
-- column model_id       bigint null
-- column model_message  text
-- column has_money       bool   somebody pays something
-- column period_days    int null   of the model
-- column evaluation     jsonb null
-- column events_used    bigint null
-- column output_sha256  text
SELECT r.run_id, r.as_of, r.known_no, r.known_at, r.accounts, r.unknown_accounts, r.scorecard_id,
  coalesce(nullif(c.label, ''), c.name) AS scorecard, r.version, r.model_id, r.model_message, EXISTS (
    SELECT FROM score.account_score AS s
    WHERE s.as_of = r.as_of AND s.run_id <= r.run_id AND s.until_run_id > r.run_id AND s.role = 'champion'
      AND s.arr_minor > 0) AS has_money,
  m.horizon_days AS period_days, m.evaluation, m.events_used,
  r.output_sha256
FROM score.published AS p
JOIN score.run AS r ON r.run_id = p.run_id
JOIN score.scorecard AS c ON c.scorecard_id = r.scorecard_id
LEFT JOIN score.model AS m ON m.model_id = r.model_id
WHERE p.as_of <= $1::date
ORDER BY p.as_of DESC
LIMIT 1;
