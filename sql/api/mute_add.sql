-- Be silent about an account for a while.
-- maybe shown
-- param  account_id  bigint
-- param  what        text null
-- param  reason      text
-- param  until_on    date
-- param  key_id      text
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
WITH made AS (
  INSERT INTO outreach.mute (account_id, what, reason, until_on, author)
  SELECT $1::bigint, coalesce($2::text, ''), $3::text, $4::date, w.actor
  FROM ops.api_actor AS w
  WHERE w.key_id = $5::text
  RETURNING mute_id, account_id, what, reason, until_on, author, created_at, is_ended, ended_by,
    changed_at
)
SELECT m.mute_id, a.key AS account, m.what, m.reason, m.until_on, m.author, m.created_at, m.is_ended,
  m.ended_by, m.changed_at
FROM made AS m
JOIN identity.account AS a ON a.account_id = m.account_id;
