-- The model that speaks.
-- maybe
-- column model_id       bigint
-- column trained_as_of  date
-- column body           jsonb
-- column log_loss       double null   of the model on held-out time; null when it was not judged
-- column base_log_loss  double null   of the base rate there
-- column reference      jsonb null    what the rows it was judged on were like
SELECT model_id, trained_as_of, body,
  (evaluation ->> 'log_loss')::double precision AS log_loss,
  (evaluation ->> 'base_log_loss')::double precision AS base_log_loss,
  evaluation -> 'reference' AS reference
FROM score.model
WHERE name = 'churn' AND state = 'active';
