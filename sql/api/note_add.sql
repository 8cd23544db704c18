-- Write a note about an account.
-- maybe shown
-- param  account_id  bigint
-- param  body        text
-- param  key_id      text
-- column note_id     bigint    The note.
-- column body        text    The text.
-- column author      text    Who wrote it.
-- column created_at  timestamptz    When.
INSERT INTO outreach.note (account_id, body, author)
SELECT $1::bigint, $2::text, w.actor
FROM ops.api_actor AS w
WHERE w.key_id = $3::text
RETURNING note_id, body, author, created_at;
