-- What the API's role reads of the views.
GRANT SELECT ON warehouse.account_now, score.current_run, score.account_published TO kenko_api;

-- Who stands behind a key: a person's address, else who answers for it.
CREATE OR REPLACE VIEW ops.api_actor AS
SELECT k.key_id, coalesce(s.email, k.owner) AS actor, k.staff_id
FROM ops.api_key AS k
LEFT JOIN identity.staff AS s ON s.staff_id = k.staff_id;
COMMENT ON VIEW ops.api_actor IS 'Who stands behind an API key: a person''s address, else who answers for it.';
COMMENT ON COLUMN ops.api_actor.key_id IS 'The key.';
COMMENT ON COLUMN ops.api_actor.actor IS 'Who writes with it.';
COMMENT ON COLUMN ops.api_actor.staff_id IS 'The person, where it is one of identity.staff.';
GRANT SELECT ON ops.api_actor TO kenko_api;
GRANT SELECT ON ALL TABLES IN SCHEMA bi TO kenko_api;
GRANT USAGE ON SCHEMA bi TO kenko_api;
