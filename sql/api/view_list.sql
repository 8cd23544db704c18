-- The views of the caller and those that others share.
-- many shown
-- param  key_id  text
-- column view_id     bigint    The view.
-- column name        text    Shown name.
-- column query       jsonb    The filters.
-- column is_shared   bool    Others may use it.
-- column owner       text    Whose it is.
-- column created_at  timestamptz    When it was made.
-- column changed_at  timestamptz    When it was changed last.
SELECT v.view_id, v.name, v.query, v.is_shared, v.owner, v.created_at, v.changed_at
FROM outreach.saved_view AS v
JOIN ops.api_actor AS w ON w.key_id = $1::text
WHERE v.owner = w.actor OR v.is_shared
ORDER BY v.owner <> w.actor, v.name, v.view_id
LIMIT 1000;
