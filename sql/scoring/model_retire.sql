-- The model that spoke until now retires.
-- none
UPDATE score.model
SET state = 'retired'
WHERE name = 'churn' AND state = 'active';
