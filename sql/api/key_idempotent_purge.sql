-- Forget Idempotency-Keys that are a day old, a few at a time.
-- none
DELETE FROM ops.idempotency
WHERE (key_id, name) IN (
  SELECT i.key_id, i.name
  FROM ops.idempotency AS i
  WHERE i.created_at < now() - interval '1 day'
  ORDER BY i.created_at
  LIMIT 50
  FOR UPDATE SKIP LOCKED
);
