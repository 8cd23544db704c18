-- What happened to one account lately: incidents and tickets, newest first. The account's parties come
-- first, so that only their records are looked at.
-- many
-- param  key    text
-- param  as_of  date
-- column at     timestamptz
-- column kind   text
-- column title  text
-- column state  text
WITH named AS MATERIALIZED (
  SELECT m.party_id, m.account_id
  FROM identity.account AS a
  JOIN identity.member AS m ON m.account_id = a.account_id
  WHERE a.key = $1::text
), newest AS (
  SELECT DISTINCT ON (m.party_id) m.party_id, m.account_id
  FROM identity.member AS m
  JOIN warehouse.load_now AS l ON l.load_id = m.load_id
  WHERE m.valid_to = 'infinity'::date AND m.party_id IN (SELECT n.party_id FROM named AS n)
  ORDER BY m.party_id, l.commit_no DESC, m.member_id DESC
), parties AS MATERIALIZED (
  SELECT n.party_id
  FROM newest AS n
  WHERE n.account_id IN (SELECT d.account_id FROM named AS d)
), touched AS MATERIALIZED (
  SELECT DISTINCT ON (v.party_id, v.source, v.external_id) v.source, v.external_id, v.occurred_at, v.deleted
  FROM warehouse.incident_account AS v
  JOIN warehouse.load_now AS l ON l.load_id = v.load_id
  WHERE v.party_id IN (SELECT p.party_id FROM parties AS p)
  ORDER BY v.party_id, v.source, v.external_id, v.changed_at DESC NULLS LAST, l.commit_no DESC, v.ordinal DESC
), incidents AS MATERIALIZED (
  SELECT DISTINCT ON (v.source, v.external_id) v.source, v.external_id, v.title, v.cause, v.started_at
  FROM warehouse.incident AS v
  JOIN warehouse.load_now AS l ON l.load_id = v.load_id
  WHERE (v.source, v.external_id) IN (SELECT t.source, t.external_id FROM touched AS t)
  ORDER BY v.source, v.external_id, v.changed_at DESC NULLS LAST, l.commit_no DESC, v.ordinal DESC
), tickets AS MATERIALIZED (
  SELECT DISTINCT ON (v.party_id, v.external_id) v.external_id, v.subject, v.status, v.opened_at, v.deleted
  FROM warehouse.ticket AS v
  JOIN warehouse.load_now AS l ON l.load_id = v.load_id
  WHERE v.party_id IN (SELECT p.party_id FROM parties AS p)
  ORDER BY v.party_id, v.external_id, v.changed_at DESC NULLS LAST, l.commit_no DESC, v.ordinal DESC
)
SELECT e.at, e.kind, e.title, e.state
FROM (
  SELECT coalesce(t.occurred_at, i.started_at) AS at, 'incident' AS kind,
    t.external_id || ' ' || coalesce(i.title, '') AS title, coalesce(i.cause, '') AS state
  FROM touched AS t
  LEFT JOIN incidents AS i ON i.source = t.source AND i.external_id = t.external_id
  WHERE NOT t.deleted
  UNION ALL
  SELECT k.opened_at, 'ticket', k.external_id || ' ' || coalesce(k.subject, ''), coalesce(k.status, '')
  FROM tickets AS k
  WHERE NOT k.deleted
) AS e
WHERE e.at < $2::date + 1 AND e.at > $2::date - 90
ORDER BY e.at DESC, e.title
LIMIT 15;
