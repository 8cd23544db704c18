-- Take back a note; only its author does.
-- maybe shown
-- param  account_id  bigint
-- param  note_id     bigint
-- param  key_id      text
-- column note_id  bigint    The note.
UPDATE outreach.note AS n
SET is_deleted = true, deleted_by = w.actor, changed_at = DEFAULT
FROM ops.api_actor AS w
WHERE n.account_id = $1::bigint AND n.note_id = $2::bigint AND NOT n.is_deleted AND w.key_id = $3::text
  AND n.author = w.actor
RETURNING n.note_id;
