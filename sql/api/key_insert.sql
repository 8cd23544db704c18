-- A new API key, for the person with this address when there is one.
-- one
-- param  key_id         text
-- param  secret_sha256  bytea
-- param  owner          text
-- param  role           text
-- param  staff_id       bigint null
-- param  days           int null     valid for so many days; null: until revoked
-- param  addresses      text[]       nets it may come from; none: from anywhere
-- column created_at     timestamptz
-- column expires_at     timestamptz null
INSERT INTO ops.api_key (key_id, secret_sha256, owner, role, staff_id, expires_at, days, addresses)
VALUES ($1::text, $2::bytea, $3::text, $4::text, $5::bigint, now() + make_interval(days => $6::int),
  $6::int, $7::text[])
RETURNING created_at, expires_at;
