-- A new session, unless its person may sign in no more by now.
-- maybe
-- param  token_sha256  bytea
-- param  user_id       text
-- param  minutes       int     it lasts at most
-- column expires_at    timestamptz
INSERT INTO ops.session (token_sha256, user_id, expires_at)
SELECT $1::bytea, u.user_id, now() + make_interval(mins => $3::int)
FROM ops.user AS u
WHERE u.user_id = $2::text AND u.disabled_at IS NULL
FOR SHARE OF u
RETURNING expires_at;
