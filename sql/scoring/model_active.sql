-- The model that speaks.
-- maybe
-- column model_id  bigint
-- column body      jsonb
SELECT model_id, body
FROM score.model
WHERE name = 'churn' AND state = 'active';
