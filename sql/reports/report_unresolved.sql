-- Parties without an account: how many, with how much ARR.
-- one
-- column parties  bigint
-- column arr      double
SELECT count(*) AS parties, coalesce(sum(arr), 0)::double precision AS arr
FROM bi.unresolved;
