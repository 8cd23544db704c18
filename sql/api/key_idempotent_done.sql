-- Keep the answer to a request with an Idempotency-Key.
-- none
-- param  key_id  text
-- param  name    text
-- param  status  int
-- param  body    bytea
UPDATE ops.idempotency
SET status = $3::int, body = $4::bytea
WHERE key_id = $1::text AND name = $2::text;
