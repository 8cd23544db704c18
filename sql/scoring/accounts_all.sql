-- Every account, by the id people use.
-- many
-- column account_id       bigint
-- column key              text
-- column created_load_id  bigint
SELECT account_id, key, created_load_id
FROM identity.account
ORDER BY key COLLATE "C";
