-- Change a task: what is null stays.
-- maybe shown
-- param  task_id   bigint
-- param  title     text null
-- param  detail    text null
-- param  state     text null
-- param  due_on    date null
-- param  assignee  text null
-- param  outcome   text null
-- param  key_id    text
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
WITH changed AS (
  UPDATE outreach.task AS t
  SET title = coalesce($2::text, t.title), detail = coalesce($3::text, t.detail), state = coalesce($4::text, t.state),
    due_on = coalesce($5::date, t.due_on), assignee = coalesce($6::text, t.assignee),
    outcome = coalesce($7::text, t.outcome), changed_by = w.actor, changed_at = DEFAULT,
    revision = t.revision + 1
  FROM ops.api_actor AS w
  WHERE t.task_id = $1::bigint AND w.key_id = $8::text
  RETURNING t.task_id, t.account_id, t.title, t.detail, t.state, t.due_on, t.assignee, t.outcome, t.author,
    t.created_at, t.changed_by, t.changed_at, t.revision
)
SELECT t.task_id, a.key AS account, t.title, t.detail, t.state, t.due_on, t.assignee, t.outcome, t.author,
  t.created_at, t.changed_by, t.changed_at, t.revision
FROM changed AS t
JOIN identity.account AS a ON a.account_id = t.account_id;
