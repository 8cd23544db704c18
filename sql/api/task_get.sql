-- One task, locked.
-- maybe
-- param  accounts  bigint[] null     those the caller may see; null: all
-- param  task_id   bigint
-- column revision  int
-- column state     text
SELECT t.revision, t.state
FROM outreach.task AS t
WHERE t.task_id = $2::bigint AND ($1::bigint[] IS NULL OR t.account_id = ANY ($1::bigint[]))
FOR UPDATE;
