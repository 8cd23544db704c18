-- Every API key, newest first, without secrets.
-- many
-- column key_id        text
-- column owner         text
-- column role          text
-- column staff_email   text null
-- column created_at    timestamptz
-- column expires_at    timestamptz null
-- column revoked_at    timestamptz null
-- column last_used_at  timestamptz null
-- column valid         bool
-- column addresses     text[]
SELECT k.key_id, k.owner, k.role, s.email AS staff_email, k.created_at, k.expires_at, k.revoked_at,
  k.last_used_at,
  k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) AS valid,
  k.addresses
FROM ops.api_key AS k
LEFT JOIN identity.staff AS s ON s.staff_id = k.staff_id
ORDER BY k.created_at DESC, k.key_id;
