-- Tasks, newest first.
-- many shown
-- param  accounts    bigint[] null     those the caller may see; null: all
-- param  state       text null
-- param  assignee    text null
-- param  account_id  bigint null
-- param  after_id    bigint null
-- param  max_rows    int
-- column task_id     bigint    The task.
-- column account     text    Key of the account.
-- column title       text    What to do.
-- column detail      text    More about it.
-- column state       text    open, done or dropped.
-- column due_on      date null    Business day it should be done by.
-- column assignee    text    Who does it.
-- column outcome     text    What came of it.
-- column author      text    Who asked for it.
-- column created_at  timestamptz    When.
-- column changed_by  text    Who changed it last.
-- column changed_at  timestamptz    When.
-- column revision    int    Grows with every change.
-- column page_id     bigint
SELECT t.task_id, a.key AS account, t.title, t.detail, t.state, t.due_on, t.assignee, t.outcome, t.author,
  t.created_at, t.changed_by, t.changed_at, t.revision, t.task_id AS page_id
FROM outreach.task AS t
JOIN identity.account AS a ON a.account_id = t.account_id
WHERE ($1::bigint[] IS NULL OR t.account_id = ANY ($1::bigint[]))
  AND ($2::text IS NULL OR t.state = $2::text) AND ($3::text IS NULL OR t.assignee = $3::text)
  AND ($4::bigint IS NULL OR t.account_id = $4::bigint) AND ($5::bigint IS NULL OR t.task_id < $5::bigint)
ORDER BY t.task_id DESC
LIMIT $6::int;
