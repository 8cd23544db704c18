-- Keep filters under a name; the same name again replaces them.
-- maybe shown
-- param  name       text
-- param  query      jsonb
-- param  is_shared  bool
-- param  key_id     text
-- column view_id     bigint    The view.
-- column name        text    Shown name.
-- column query       jsonb    The filters.
-- column is_shared   bool    Others may use it.
-- column owner       text    Whose it is.
-- column created_at  timestamptz    When it was made.
-- column changed_at  timestamptz    When it was changed last.
INSERT INTO outreach.saved_view AS v (owner, name, query, is_shared)
SELECT w.actor, $1::text, $2::jsonb, $3::boolean
FROM ops.api_actor AS w
WHERE w.key_id = $4::text
ON CONFLICT (owner, name) DO UPDATE
SET query = excluded.query, is_shared = excluded.is_shared, changed_at = excluded.changed_at
RETURNING v.view_id, v.name, v.query, v.is_shared, v.owner, v.created_at, v.changed_at;
