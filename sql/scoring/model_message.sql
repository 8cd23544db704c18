-- Why no model speaks, in the newest word.
-- maybe
-- column message  text
SELECT message
FROM score.model
WHERE name = 'churn'
ORDER BY model_id DESC
LIMIT 1;
