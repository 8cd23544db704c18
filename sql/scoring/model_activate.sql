-- From now on this model speaks.
-- none
-- param model_id  bigint
UPDATE score.model
SET state = 'active'
WHERE name = 'churn' AND model_id = $1::bigint AND state IN ('candidate', 'retired', 'shadow');
