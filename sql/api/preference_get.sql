-- How the caller likes to see things.
-- maybe shown
-- param  key_id  text
-- column settings    jsonb    As they were put.
-- column changed_at  timestamptz null    When; null: never.
SELECT coalesce(p.settings, '{}') AS settings, p.changed_at
FROM ops.api_actor AS w
LEFT JOIN outreach.preference AS p ON p.owner = w.actor
WHERE w.key_id = $1::text;
