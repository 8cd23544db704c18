-- An account by the id people use.
-- maybe
-- param  key         text
-- column account_id  bigint
SELECT account_id
FROM identity.account
WHERE key = $1::text;
