-- A model by its number, or the one that speaks.
-- maybe
-- param  model_id       bigint  0 for the one that speaks
-- column model_id       bigint
-- column trained_as_of  date
-- column body           jsonb
-- column reference      jsonb null    what the rows it was judged on were like
SELECT model_id, trained_as_of, body, evaluation -> 'reference' AS reference
FROM score.model
WHERE name = 'churn' AND CASE WHEN $1::bigint = 0 THEN state = 'active' ELSE model_id = $1::bigint END;
