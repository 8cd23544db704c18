-- Let a person sign in no more.
-- maybe
-- param  name     text
-- column user_id  text
UPDATE ops.user
SET disabled_at = now()
WHERE name = $1::text AND disabled_at IS NULL
RETURNING user_id;
