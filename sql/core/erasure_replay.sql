-- Keep a tombstone that was kept elsewhere; once.
-- none
-- param  kind  text
-- param  hash  text    64 hex digits
INSERT INTO ops.erasure (hash, kind)
VALUES (decode($2::text, 'hex'), $1::text)
ON CONFLICT DO NOTHING;
