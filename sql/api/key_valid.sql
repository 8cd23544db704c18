-- The keys that are valid now, with the time they have left.
-- many
-- column key_id         text
-- column secret_sha256  bytea
-- column role           text
-- column staff_id       bigint null
-- column left_us        bigint null    microseconds until it expires
-- column addresses      text[]
SELECT key_id, secret_sha256, role, staff_id,
  (extract(epoch FROM expires_at - now()) * 1000000)::bigint AS left_us, addresses
FROM ops.api_key
WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
ORDER BY key_id;
