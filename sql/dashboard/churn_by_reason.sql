-- Why customers left, by month of a year back.
-- many shown
-- param  months    int null  How many months back; 12 when nothing is said.
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column month       date         First day of the month.
-- column reason      text         As contracts say; blank: nothing was said.
-- column competitor  text         Likewise.
-- column accounts    bigint       Customers who left.
-- column arr         double null  ARR that went.
SELECT c.month, coalesce(c.reason, '') AS reason, coalesce(c.competitor, '') AS competitor, sum(c.accounts)::bigint AS accounts,
  sum(c.arr)::double precision AS arr
FROM bi.churn_reason AS c
WHERE c.month > (SELECT max(n.as_of) FROM bi.account_current AS n) - make_interval(months => coalesce($1::int, 12) + 1)
GROUP BY c.month, coalesce(c.reason, ''), coalesce(c.competitor, '')
ORDER BY c.month DESC, arr DESC NULLS LAST, reason, competitor
LIMIT coalesce($2::int, 1000);
