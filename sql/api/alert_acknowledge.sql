-- Say that an open alert was seen: an acknowledgement of its rule for its account, and an event of the alert.
-- maybe shown
-- param  alert_id  bigint
-- param  note      text null
-- param  until_on  date null
-- param  key_id    text
-- column acknowledgement_id  bigint    The acknowledgement.
-- column what                text    What was seen.
-- column note                text    What was said to it.
-- column until_on            date null    Day from which it counts as unseen again.
-- column author              text    Who.
-- column created_at          timestamptz    When.
WITH seen AS (
  SELECT s.account_id, s.rule, s.alert_id, s.severity, s.as_of, o.fingerprint, w.actor
  FROM outreach.alert_state AS s
  JOIN outreach.alert_event AS o ON o.alert_id = s.alert_id AND o.kind = 'opened'
  CROSS JOIN ops.api_actor AS w
  WHERE s.alert_id = $1::bigint AND w.key_id = $4::text
), made AS (
  INSERT INTO outreach.acknowledgement (account_id, what, note, until_on, author)
  SELECT n.account_id, n.rule, coalesce($2::text, ''), $3::date, n.actor
  FROM seen AS n
  RETURNING acknowledgement_id, account_id, what, note, until_on, author, created_at
), noted AS (
  INSERT INTO outreach.alert_event (alert_id, account_id, rule, kind, as_of, severity, fingerprint, actor, note)
  SELECT n.alert_id, n.account_id, n.rule, 'acknowledged', n.as_of, n.severity, n.fingerprint, n.actor,
    coalesce($2::text, '')
  FROM seen AS n
), kept AS (
  UPDATE outreach.alert_state AS s
  SET acknowledgement_id = m.acknowledgement_id
  FROM made AS m
  WHERE s.account_id = m.account_id AND s.rule = m.what
)
SELECT m.acknowledgement_id, m.what, m.note, m.until_on, m.author, m.created_at
FROM made AS m;
