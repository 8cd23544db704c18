-- A key that takes the place of a valid one, which ends when the time to change over is up.
-- maybe
-- param  key_id         text         of the old one
-- param  new_id         text
-- param  secret_sha256  bytea
-- param  overlap_hours  int
-- column owner          text
-- column expires_at     timestamptz null
WITH old AS (
  UPDATE ops.api_key
  SET expires_at = least(expires_at, now() + make_interval(hours => $4::int))
  WHERE key_id = $1::text AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
  RETURNING key_id, owner, role, staff_id, days, addresses
)
INSERT INTO ops.api_key (key_id, secret_sha256, owner, role, staff_id, expires_at, days, addresses, replaces)
SELECT $2::text, $3::bytea, o.owner, o.role, o.staff_id, now() + make_interval(days => o.days), o.days,
  o.addresses, o.key_id
FROM old AS o
RETURNING owner, expires_at;
