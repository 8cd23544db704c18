-- Accounts of account records, and the statement that their parties belong to them.
-- none
-- param source        text
-- param external_ids  text[]
-- param load_id       bigint
WITH made AS (
  INSERT INTO identity.account (key, created_load_id)
  SELECT u.key, $3::bigint
  FROM unnest($2::text[]) AS u(key)
  ORDER BY u.key
  ON CONFLICT (key) DO NOTHING
  RETURNING account_id, key
), known AS (
  SELECT account_id, key FROM made
  UNION ALL
  SELECT a.account_id, a.key
  FROM identity.account AS a
  WHERE a.key = ANY ($2::text[])
)
INSERT INTO identity.member (party_id, account_id, method, confidence_bp, load_id)
SELECT p.party_id, k.account_id, 'origin', 10000, $3::bigint
FROM known AS k
JOIN identity.party AS p ON p.source = $1::text AND p.external_id = k.key
WHERE NOT EXISTS (
  SELECT FROM identity.member AS m
  JOIN ops.load AS l ON l.load_id = m.load_id
  WHERE m.party_id = p.party_id AND l.undone_no IS NULL
)
ORDER BY p.party_id;
