-- Note that a key was used, to the minute.
-- none
-- param  key_id  text
UPDATE ops.api_key
SET last_used_at = date_trunc('minute', now())
WHERE key_id = $1::text AND last_used_at IS DISTINCT FROM date_trunc('minute', now());
