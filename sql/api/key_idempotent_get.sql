-- The answer that was given to a request with an Idempotency-Key.
-- maybe
-- param  key_id          text
-- param  name            text
-- column request_sha256  bytea
-- column status          int
-- column body            bytea
SELECT request_sha256, status, body
FROM ops.idempotency
WHERE key_id = $1::text AND name = $2::text;
