-- All parties with the account they belong to by the newest statement.
-- many
-- column party_id     bigint
-- column source       text
-- column external_id  text
-- column account_id   bigint null
-- column method       text null
SELECT p.party_id, p.source, p.external_id, m.account_id, m.method
FROM identity.party AS p
LEFT JOIN warehouse.member_now AS m ON m.party_id = p.party_id
ORDER BY p.source, p.external_id;
