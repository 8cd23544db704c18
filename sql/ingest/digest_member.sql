-- Statements about which account parties belong to, in their order.
-- copy
-- column line  text
COPY (
  SELECT concat_ws('|', 'member', p.source, p.external_id,
    (row_number() OVER (PARTITION BY m.party_id ORDER BY l.commit_no, m.member_id))::text,
    coalesce(a.key, '-'), m.method, m.confidence_bp::text, m.valid_from::text, m.valid_to::text) AS line
  FROM identity.member AS m
  JOIN warehouse.load_now AS l ON l.load_id = m.load_id
  JOIN identity.party AS p ON p.party_id = m.party_id
  LEFT JOIN identity.account AS a ON a.account_id = m.account_id
) TO STDOUT (FORMAT binary);
