-- Who stands behind a key.
-- maybe
-- param  key_id  text
-- column actor  text
SELECT w.actor
FROM ops.api_actor AS w
WHERE w.key_id = $1::text;
