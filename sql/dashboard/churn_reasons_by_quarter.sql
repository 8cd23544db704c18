-- Why customers left, by quarter.
-- many shown
-- column quarter   date    First day of the quarter.
-- column reason    text null    As it was recorded.
-- column accounts  bigint    How many.
-- column arr       double    Their revenue.
SELECT date_trunc('quarter', c.month::timestamp)::date AS quarter, c.reason, sum(c.accounts)::bigint AS accounts,
  sum(c.arr)::double precision AS arr
FROM bi.churn_reason AS c
GROUP BY date_trunc('quarter', c.month::timestamp)::date, c.reason
ORDER BY quarter DESC, arr DESC, c.reason;
