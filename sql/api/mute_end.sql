-- End a mute early.
-- maybe shown
-- param  accounts  bigint[] null     those the caller may see; null: all
-- param  mute_id   bigint
-- param  key_id    text
-- column mute_id  bigint    The mute.
UPDATE outreach.mute AS m
SET is_ended = true, ended_by = w.actor, changed_at = DEFAULT
FROM ops.api_actor AS w
WHERE m.mute_id = $2::bigint AND NOT m.is_ended AND w.key_id = $3::text
  AND ($1::bigint[] IS NULL OR m.account_id = ANY ($1::bigint[]))
RETURNING m.mute_id;
