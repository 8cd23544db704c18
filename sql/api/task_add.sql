-- Ask for something to be done about an account.
-- maybe shown
-- param  account_id  bigint
-- param  title       text
-- param  detail      text null
-- param  due_on      date null
-- param  assignee    text null    null: who asks
-- param  key_id      text
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
WITH made AS (
  INSERT INTO outreach.task (account_id, title, detail, due_on, assignee, author, changed_by)
  SELECT $1::bigint, $2::text, coalesce($3::text, ''), $4::date, coalesce($5::text, w.actor), w.actor, w.actor
  FROM ops.api_actor AS w
  WHERE w.key_id = $6::text
  RETURNING task_id, account_id, title, detail, state, due_on, assignee, outcome, author, created_at, changed_by,
    changed_at, revision
)
SELECT t.task_id, a.key AS account, t.title, t.detail, t.state, t.due_on, t.assignee, t.outcome, t.author,
  t.created_at, t.changed_by, t.changed_at, t.revision
FROM made AS t
JOIN identity.account AS a ON a.account_id = t.account_id;
