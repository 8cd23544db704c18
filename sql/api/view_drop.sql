-- Forget a view of the caller.
-- maybe shown
-- param  view_id  bigint
-- param  key_id   text
-- column view_id  bigint    The view.
DELETE FROM outreach.saved_view AS v
USING ops.api_actor AS w
WHERE v.view_id = $1::bigint AND w.key_id = $2::text AND v.owner = w.actor
RETURNING v.view_id;
