-- Take an Idempotency-Key for a request; a row is there afterwards, this one or an earlier one.
-- none
-- param  key_id          text
-- param  name            text
-- param  request_sha256  bytea
INSERT INTO ops.idempotency (key_id, name, request_sha256)
VALUES ($1::text, $2::text, $3::bytea)
ON CONFLICT (key_id, name) DO NOTHING;
