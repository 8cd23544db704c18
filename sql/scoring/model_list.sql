-- Fitted models and refusals, newest first.
-- many
-- param  max_rows       int
-- column model_id       bigint
-- column state          text
-- column trained_as_of  date
-- column horizon_days   int
-- column rows_used      bigint
-- column events_used    bigint
-- column auc            double null
-- column log_loss       double null
-- column message        text
SELECT model_id, state, trained_as_of, horizon_days, rows_used, events_used,
  (evaluation ->> 'auc')::double precision AS auc,
  (evaluation ->> 'log_loss')::double precision AS log_loss, message
FROM score.model
WHERE name = 'churn'
ORDER BY model_id DESC
LIMIT $1::integer;
