-- Contracts that end within some days, by week.
-- many shown
-- param  days  int null    90 by default
-- column week           date    Monday of the week.
-- column renewals       bigint    How many contracts.
-- column arr            double    Their revenue.
-- column expected_loss  double null    What they may cost.
SELECT date_trunc('week', r.renewal_on::timestamp)::date AS week, count(*) AS renewals,
  sum(r.arr)::double precision AS arr, sum(r.expected_loss)::double precision AS expected_loss
FROM bi.renewal AS r
WHERE r.days BETWEEN 0 AND coalesce($1::int, 90) AND NOT r.is_renewed
GROUP BY date_trunc('week', r.renewal_on::timestamp)::date
ORDER BY week;
