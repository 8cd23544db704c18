-- Published scores that were computed again in the seven days up to a day, and how many were others.
-- one
-- param  day        date
-- column accounts   bigint
-- column different  bigint
-- column days       bigint
SELECT coalesce(sum(accounts), 0)::bigint AS accounts, coalesce(sum(different), 0)::bigint AS different,
  count(DISTINCT as_of) AS days
FROM bi.recompute
WHERE drawn_on > $1::date - 7 AND drawn_on <= $1::date AND state <> 'not reproducible';
