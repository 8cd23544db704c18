-- Take the next message of a channel that is due.
-- maybe
-- param  channel       text
-- column outbox_id     bigint
-- column kind          text
-- column period        text
-- column content_type  text
-- column payload       bytea
-- column attempts      int
-- column claimed_s     bigint    seconds since 1970 UTC
UPDATE outreach.outbox
SET state = 'sending', attempts = attempts + 1
WHERE outbox_id = (
  SELECT outbox_id
  FROM outreach.outbox
  WHERE channel = $1::text AND state IN ('pending', 'failed') AND next_at <= now()
  ORDER BY outbox_id
  LIMIT 1
  FOR UPDATE SKIP LOCKED
)
RETURNING outbox_id, kind, period, content_type, payload, attempts,
  extract(epoch FROM now())::bigint AS claimed_s;
