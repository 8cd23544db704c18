-- Be silent about an open alert for a while: a mute of its rule for its account, and an event of the alert.
-- maybe shown
-- param  alert_id  bigint
-- param  reason    text
-- param  until_on  date
-- param  key_id    text
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
WITH seen AS (
  SELECT s.account_id, s.rule, s.alert_id, s.severity, s.as_of, o.fingerprint, w.actor
  FROM outreach.alert_state AS s
  JOIN outreach.alert_event AS o ON o.alert_id = s.alert_id AND o.kind = 'opened'
  CROSS JOIN ops.api_actor AS w
  WHERE s.alert_id = $1::bigint AND w.key_id = $4::text
), made AS (
  INSERT INTO outreach.mute (account_id, what, reason, until_on, author)
  SELECT n.account_id, n.rule, $2::text, $3::date, n.actor
  FROM seen AS n
  RETURNING mute_id, account_id, what, reason, until_on, author, created_at, is_ended, ended_by, changed_at
), noted AS (
  INSERT INTO outreach.alert_event (alert_id, account_id, rule, kind, as_of, severity, fingerprint, actor, note)
  SELECT n.alert_id, n.account_id, n.rule, 'muted', n.as_of, n.severity, n.fingerprint, n.actor, $2::text
  FROM seen AS n
), kept AS (
  UPDATE outreach.alert_state AS s
  SET mute_id = m.mute_id
  FROM made AS m
  WHERE s.account_id = m.account_id AND s.rule = m.what
)
SELECT m.mute_id, a.key AS account, m.what, m.reason, m.until_on, m.author, m.created_at, m.is_ended,
  m.ended_by, m.changed_at
FROM made AS m
JOIN identity.account AS a ON a.account_id = m.account_id;
