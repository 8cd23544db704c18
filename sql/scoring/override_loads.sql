-- Which loads said an override of an account.
-- many
-- column account_id  bigint
-- column load_id     bigint
SELECT account_id, load_id
FROM outreach.override
ORDER BY account_id, load_id;
