-- Mutes, newest first.
-- many shown
-- param  accounts  bigint[] null     those the caller may see; null: all
-- param  after_id  bigint null
-- param  max_rows  int
-- column mute_id     bigint    The mute.
-- column account     text    Key of the account.
-- column what        text    The alert that is silent; empty: all.
-- column reason      text    Why.
-- column until_on    date    First day on which it is loud again.
-- column author      text    Who.
-- column created_at  timestamptz    When.
-- column is_ended    bool    It was ended early.
-- column ended_by    text null    By whom.
-- column changed_at  timestamptz    When it was changed last.
-- column page_id     bigint
SELECT m.mute_id, a.key AS account, m.what, m.reason, m.until_on, m.author, m.created_at, m.is_ended,
  m.ended_by, m.changed_at, m.mute_id AS page_id
FROM outreach.mute AS m
JOIN identity.account AS a ON a.account_id = m.account_id
WHERE ($1::bigint[] IS NULL OR m.account_id = ANY ($1::bigint[])) AND ($2::bigint IS NULL OR m.mute_id < $2::bigint)
ORDER BY m.mute_id DESC
LIMIT $3::int;
