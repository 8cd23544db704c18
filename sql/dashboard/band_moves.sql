-- How many customers went from which band to which, and their ARR.
-- many shown
-- param  days      int null  Against the newest day at least so many days before; 30 when nothing is said.
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column before_on    date         The day before.
-- column as_of        date         The published day.
-- column band_before  text         Band then; (new) for who was no customer then.
-- column band         text         Band now.
-- column accounts     bigint       Customers.
-- column arr          double null  Their ARR now.
WITH now_in AS MATERIALIZED (
  SELECT a.account_id, a.as_of, a.band, a.arr FROM bi.account_current AS a
), before AS MATERIALIZED (
  SELECT d.account_id, d.as_of, d.band
  FROM bi.account_daily AS d
  WHERE d.as_of = (SELECT max(e.as_of) FROM bi.account_daily AS e
                   WHERE e.as_of <= (SELECT max(n.as_of) FROM now_in AS n) - coalesce($1::int, 30))
)
SELECT (SELECT max(b.as_of) FROM before AS b) AS before_on, n.as_of, coalesce(b.band, '(new)') AS band_before, n.band,
  count(*) AS accounts, sum(n.arr)::double precision AS arr
FROM now_in AS n
LEFT JOIN before AS b ON b.account_id = n.account_id
WHERE EXISTS (SELECT FROM before)
GROUP BY n.as_of, band_before, n.band
ORDER BY accounts DESC, band_before, n.band
LIMIT coalesce($2::int, 1000);
