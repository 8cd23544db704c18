-- Notes about an account, newest first.
-- many shown
-- param  account_id  bigint
-- param  after_id    bigint null
-- param  max_rows    int
-- column note_id     bigint    The note.
-- column body        text    The text.
-- column author      text    Who wrote it.
-- column created_at  timestamptz    When.
-- column page_id     bigint
SELECT n.note_id, n.body, n.author, n.created_at, n.note_id AS page_id
FROM outreach.note AS n
WHERE n.account_id = $1::bigint AND NOT n.is_deleted AND ($2::bigint IS NULL OR n.note_id < $2::bigint)
ORDER BY n.note_id DESC
LIMIT $3::int;
