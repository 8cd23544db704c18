-- End one session.
-- none
-- param  token_sha256  bytea
DELETE FROM ops.session
WHERE token_sha256 = $1::bytea;
