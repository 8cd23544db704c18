-- A new person who may sign in, unless the name is taken.
-- maybe
-- param  user_id        text
-- param  name           text
-- param  password_hash  text null
-- param  role           text
-- param  staff_id       bigint null
-- column created_at     timestamptz
INSERT INTO ops.user (user_id, name, password_hash, role, staff_id)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::bigint)
ON CONFLICT (name) DO NOTHING
RETURNING created_at;
