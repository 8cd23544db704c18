-- What the customers of each band did in the 90 days after: how far health can be trusted.
-- many shown
-- param  days      int null  How long after; 90 when nothing is said.
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column as_of        date         The day whose bands are judged.
-- column band         text         Band on it.
-- column accounts     bigint       Customers in it.
-- column churned      bigint       Of them churned since, within the days.
-- column rate         double null  churned / accounts.
-- column arr          double null  Their ARR then.
-- column arr_churned  double null  Of it churned.
WITH before AS MATERIALIZED (
  SELECT d.account_id, d.as_of, d.band, d.arr
  FROM bi.account_daily AS d
  WHERE d.as_of = (SELECT max(e.as_of) FROM bi.account_daily AS e
                   WHERE e.as_of <= (SELECT max(n.as_of) FROM bi.account_current AS n) - coalesce($1::int, 90))
), gone AS MATERIALIZED (
  SELECT DISTINCT c.account_id
  FROM bi.churn AS c
  WHERE c.churned_on >= (SELECT max(b.as_of) FROM before AS b)
    AND c.churned_on <= (SELECT max(b.as_of) FROM before AS b) + coalesce($1::int, 90)
)
SELECT b.as_of, b.band, count(*) AS accounts, count(g.account_id) AS churned,
  (count(g.account_id)::numeric / nullif(count(*), 0))::double precision AS rate,
  sum(b.arr)::double precision AS arr, sum(b.arr) FILTER (WHERE g.account_id IS NOT NULL)::double precision AS arr_churned
FROM before AS b
LEFT JOIN gone AS g ON g.account_id = b.account_id
GROUP BY b.as_of, b.band
ORDER BY rate DESC NULLS LAST, b.band
LIMIT coalesce($2::int, 1000);
