-- Accounts with what they can be recognised by. A key whose party was merged into another account
-- stands for that one, so that parties seen later follow the merge.
-- many
-- column account_id  bigint
-- column key         text
-- column domain      text null
-- column name        text null
WITH record AS MATERIALIZED (
  SELECT p.external_id AS key, p.source, v.domain, v.name, m.account_id, m.method
  FROM warehouse.account_version_now AS v
  JOIN identity.party AS p ON p.party_id = v.party_id
  LEFT JOIN warehouse.member_now AS m ON m.party_id = v.party_id
)
SELECT CASE WHEN r.method = 'merge' THEN r.account_id ELSE a.account_id END AS account_id, a.key,
  r.domain, r.name
FROM identity.account AS a
LEFT JOIN record AS r ON r.key = a.key
ORDER BY a.key, r.source;
