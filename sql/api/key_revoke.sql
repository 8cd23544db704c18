-- Revoke a key; a second time changes nothing.
-- none
-- param  key_id  text
UPDATE ops.api_key
SET revoked_at = now()
WHERE key_id = $1::text AND revoked_at IS NULL;
