-- What the newest published run says of its model.
-- maybe
-- column as_of      date
-- column run_id     bigint
-- column model_id   bigint null   none spoke
-- column message    text          which features have moved, or why none spoke
-- column accounts   bigint
SELECT r.as_of, r.run_id, r.model_id, r.model_message AS message, r.accounts
FROM score.published AS p
JOIN score.run AS r ON r.run_id = p.run_id
ORDER BY p.as_of DESC
LIMIT 1;
