-- Another password.
-- maybe
-- param  name           text
-- param  password_hash  text
-- column user_id        text
UPDATE ops.user
SET password_hash = $2::text, changed_at = now()
WHERE name = $1::text
RETURNING user_id;
