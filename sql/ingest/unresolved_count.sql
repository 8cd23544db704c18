-- How many parties have no account.
-- one
-- column parties  bigint
SELECT count(*) AS parties
FROM bi.unresolved;
