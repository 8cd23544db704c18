-- What somebody says of an account, as a record of the account's own party; each is one of its own.
-- none
-- param  account_id  bigint
-- param  load_id     bigint
-- param  value       bigint
-- param  reason      text null
-- param  author      text
-- param  expires_on  date null
INSERT INTO warehouse.sentiment (
  party_id, external_id, load_id, ordinal, hash, changed_at, author_email, value, reason, set_at, expires_on
)
SELECT p.party_id, 'said-' || l.load_id, l.load_id, 1, sha256(convert_to('said-' || l.load_id, 'UTF8')),
  l.committed_at, $5::text, $3::bigint, $4::text, l.committed_at, $6::date
FROM (
  SELECT m.party_id
  FROM warehouse.member_now AS m
  JOIN identity.account AS a ON a.account_id = m.account_id
  JOIN identity.party AS q ON q.party_id = m.party_id
  WHERE m.account_id = $1::bigint
  ORDER BY m.method <> 'origin', q.external_id <> a.key, m.party_id
  LIMIT 1
) AS p
JOIN ops.load AS l ON l.load_id = $2::bigint;
