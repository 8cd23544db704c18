-- What accounts can be recognised by, each under the account it counts for: an account that was merged
-- lends its names to the one it went into.
-- many
-- column account  text
-- column key      text
-- column domain   text null
-- column name     text null
WITH record AS MATERIALIZED (
  SELECT p.external_id AS key, v.domain, v.name, m.account_id, m.method
  FROM warehouse.account_version_now AS v
  JOIN identity.party AS p ON p.party_id = v.party_id
  LEFT JOIN warehouse.member_now AS m ON m.party_id = v.party_id
)
SELECT t.key AS account, a.key, r.domain, r.name
FROM identity.account AS a
LEFT JOIN record AS r ON r.key = a.key
JOIN identity.account AS t
  ON t.account_id = CASE WHEN r.method = 'merge' THEN r.account_id ELSE a.account_id END
ORDER BY t.key, a.key, r.name, r.domain;
