-- Note that a session was used, to the minute.
-- none
-- param  token_sha256  bytea
UPDATE ops.session
SET seen_at = greatest(seen_at, date_trunc('minute', now()))
WHERE token_sha256 = $1::bytea AND seen_at < date_trunc('minute', now());
