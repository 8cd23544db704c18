-- Say how the caller likes to see things.
-- maybe shown
-- param  settings  jsonb
-- param  key_id    text
-- column settings    jsonb    As they were put.
-- column changed_at  timestamptz null    When; null: never.
INSERT INTO outreach.preference AS p (owner, settings)
SELECT w.actor, $1::jsonb
FROM ops.api_actor AS w
WHERE w.key_id = $2::text
ON CONFLICT (owner) DO UPDATE
SET settings = excluded.settings, changed_at = excluded.changed_at
RETURNING p.settings, p.changed_at;
