-- All tombstones.
-- many
-- column kind  text
-- column hash  text    64 hex digits
SELECT e.kind, encode(e.hash, 'hex') AS hash
FROM ops.erasure AS e
ORDER BY e.kind, e.hash;
