-- What happened to one account lately: incidents and tickets, newest first.
-- many
-- param  key    text
-- param  as_of  date
-- column at     timestamptz
-- column kind   text
-- column title  text
-- column state  text
SELECT e.at, e.kind, e.title, e.state
FROM (
  SELECT i.account_id, i.occurred_at AS at, 'incident' AS kind,
    i.external_id || ' ' || coalesce(i.title, '') AS title, coalesce(i.cause, '') AS state
  FROM warehouse.incident_account_now AS i
  UNION ALL
  SELECT t.account_id, t.opened_at, 'ticket', t.external_id || ' ' || coalesce(t.subject, ''),
    coalesce(t.status, '')
  FROM warehouse.ticket_now AS t
) AS e
JOIN identity.account AS a ON a.account_id = e.account_id
WHERE a.key = $1::text AND e.at < $2::date + 1 AND e.at > $2::date - 90
ORDER BY e.at DESC
LIMIT 15;
