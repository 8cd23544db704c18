-- Forget a person who may sign in, with the sessions.
-- maybe
-- param  name     text
-- column user_id  text
DELETE FROM ops.user
WHERE name = $1::text
RETURNING user_id;
