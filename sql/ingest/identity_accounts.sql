-- Accounts with what they can be recognised by.
-- many
-- column account_id  bigint
-- column key         text
-- column domain      text null
-- column name        text null
SELECT a.account_id, a.key, v.domain, v.name
FROM identity.account AS a
LEFT JOIN identity.party AS p ON p.external_id = a.key
LEFT JOIN warehouse.account_version_now AS v ON v.party_id = p.party_id
WHERE v.party_id IS NOT NULL
  OR NOT EXISTS (
    SELECT FROM identity.party AS q
    JOIN warehouse.account_version_now AS w ON w.party_id = q.party_id
    WHERE q.external_id = a.key
  )
ORDER BY a.key, p.source;
