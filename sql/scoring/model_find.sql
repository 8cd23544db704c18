-- One model by its number.
-- maybe
-- param  model_id       bigint
-- column state          text
-- column trained_as_of  date
-- column known_no       bigint
-- column horizon_days   int
-- column rows_used      bigint
-- column events_used    bigint
-- column body           jsonb
-- column evaluation     jsonb
-- column message        text
-- column sha256         text
SELECT state, trained_as_of, known_no, horizon_days, rows_used, events_used, body, evaluation, message,
  sha256
FROM score.model
WHERE name = 'churn' AND model_id = $1::bigint;
