-- Let a person sign in again.
-- maybe
-- param  name     text
-- column user_id  text
UPDATE ops.user
SET disabled_at = NULL
WHERE name = $1::text AND disabled_at IS NOT NULL
RETURNING user_id;
