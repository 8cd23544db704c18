-- The parties of an account.
-- many
-- param  account_id  bigint
-- column party_id    bigint
SELECT party_id
FROM warehouse.member_now
WHERE account_id = $1::bigint
ORDER BY party_id;
