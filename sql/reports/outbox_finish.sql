-- How sending a message ended.
-- none
-- param outbox_id      bigint
-- param state          text
-- param answer         text
-- param retry_seconds  int
UPDATE outreach.outbox
SET state = $2::text, answer = $3::text, next_at = now() + make_interval(secs => $4::integer),
  sent_at = CASE WHEN $2::text = 'sent' THEN now() END
WHERE outbox_id = $1::bigint AND state = 'sending';
