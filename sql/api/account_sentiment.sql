-- How people said that an account stands, newest first.
-- many shown
-- param  account_id  bigint
-- param  load_id     bigint null
-- column load_id     bigint    The load that keeps it.
-- column value       bigint    1 (bad) to 5 (good).
-- column reason      text null    Why.
-- column author      text null    Who.
-- column set_at      timestamptz    When.
-- column expires_on  date null    Day from which it says nothing any more.
SELECT s.load_id, s.value, s.reason, s.author_email AS author, s.set_at, s.expires_on
FROM (
  SELECT DISTINCT m.party_id
  FROM identity.member AS m
  WHERE m.account_id = $1::bigint AND (
    SELECT n.account_id FROM warehouse.member_now AS n WHERE n.party_id = m.party_id
  ) = $1::bigint
) AS p
CROSS JOIN LATERAL (
  SELECT DISTINCT ON (c.external_id) c.external_id, c.load_id, c.deleted, c.value, c.reason, c.author_email,
    c.set_at, c.expires_on
  FROM warehouse.sentiment AS c
  JOIN warehouse.load_now AS l ON l.load_id = c.load_id
  WHERE c.party_id = p.party_id
  ORDER BY c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
) AS s
WHERE NOT s.deleted AND ($2::bigint IS NULL OR s.load_id = $2::bigint)
ORDER BY s.set_at DESC, s.external_id
LIMIT 1000;
