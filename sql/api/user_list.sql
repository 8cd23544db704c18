-- Everybody who may sign in or might again, by name, without passwords.
-- many
-- column user_id       text
-- column name          text
-- column role          text
-- column staff_email   text null
-- column created_at    timestamptz
-- column disabled_at   timestamptz null
-- column signed_in_at  timestamptz null
-- column has_password  bool
-- column sessions      bigint
SELECT u.user_id, u.name, u.role, s.email AS staff_email, u.created_at, u.disabled_at, u.signed_in_at,
  u.password_hash IS NOT NULL AS has_password,
  (SELECT count(*) FROM ops.session AS o WHERE o.user_id = u.user_id AND o.expires_at > now()) AS sessions
FROM ops.user AS u
LEFT JOIN identity.staff AS s ON s.staff_id = u.staff_id
ORDER BY u.name;
