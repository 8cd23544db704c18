-- Keep a tombstone of a person; once.
-- none
-- param  identifier  text    address or id
INSERT INTO ops.erasure (hash, kind)
SELECT ops.person_hash($1::text), 'person'
ON CONFLICT DO NOTHING;
