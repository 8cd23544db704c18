-- What the API's role reads of the views.
GRANT SELECT ON warehouse.account_now, score.current_run, score.account_published TO kenko_api;

-- Who stands behind a key or a user: a person's address, else who answers for it, or the name.
CREATE OR REPLACE VIEW ops.api_actor AS
SELECT w.key_id, coalesce(s.email, w.name) AS actor, w.staff_id
FROM (
  SELECT k.key_id, k.owner AS name, k.staff_id
  FROM ops.api_key AS k
  UNION ALL
  SELECT u.user_id, u.name, u.staff_id
  FROM ops.user AS u
) AS w
LEFT JOIN identity.staff AS s ON s.staff_id = w.staff_id;
COMMENT ON VIEW ops.api_actor IS 'Who stands behind an API key or a user: a person''s address, else who answers for it, or the name.';
COMMENT ON COLUMN ops.api_actor.key_id IS 'The key, or the user.';
COMMENT ON COLUMN ops.api_actor.actor IS 'Who writes with it.';
COMMENT ON COLUMN ops.api_actor.staff_id IS 'The person, where it is one of identity.staff.';
GRANT SELECT ON ops.api_actor TO kenko_api;
GRANT SELECT ON ALL TABLES IN SCHEMA bi TO kenko_api;
GRANT USAGE ON SCHEMA bi TO kenko_api;
