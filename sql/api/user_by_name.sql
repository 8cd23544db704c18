-- Whoever signs in with a name, as long as they may.
-- maybe
-- param  name           text
-- column user_id        text
-- column name           text
-- column password_hash  text null
-- column role           text
-- column staff_id       bigint null
SELECT user_id, name, password_hash, role, staff_id
FROM ops.user
WHERE name = $1::text AND disabled_at IS NULL;
