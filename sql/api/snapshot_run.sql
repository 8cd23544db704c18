-- The run readers follow, and how far loads have come.
-- maybe
-- column run_id         bigint
-- column as_of          date
-- column known_no       bigint
-- column known_at       timestamptz
-- column published_at   timestamptz
-- column accounts       bigint
-- column commit_no      bigint
-- column scorecard_id   bigint
-- column model_id       bigint null
-- column horizon_days   int null
-- column model_message  text
-- column currency       text null
SELECT r.run_id, r.as_of, r.known_no, r.known_at, r.published_at, r.accounts, c.commit_no,
  r.scorecard_id, r.model_id, m.horizon_days, r.model_message,
  (SELECT s.value FROM ops.setting AS s WHERE s.name = 'currency') AS currency
FROM score.current_run AS r
CROSS JOIN ops.clock AS c
LEFT JOIN score.model AS m ON m.model_id = r.model_id;
