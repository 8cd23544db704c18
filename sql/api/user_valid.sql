-- Everybody who may sign in.
-- many
-- column user_id   text
-- column name      text
-- column role      text
-- column staff_id  bigint null
SELECT user_id, name, role, staff_id
FROM ops.user
WHERE disabled_at IS NULL
ORDER BY user_id;
