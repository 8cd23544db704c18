-- How many customers stand in each band, with their ARR and what it may lose.
-- many shown
-- param  segment   text null  Only this segment.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column as_of          date         The published day.
-- column band           text         Band; Unknown without enough data.
-- column accounts       bigint       Customers.
-- column arr            double null  Their ARR.
-- column arr_share      double null  Of all ARR, 0 to 1.
-- column health         double null  Mean health, 0 to 100.
-- column expected_loss  double null  ARR times the probability of churn within 90 days.
SELECT a.as_of, a.band, count(*) AS accounts, sum(a.arr)::double precision AS arr,
  (sum(a.arr) / nullif(sum(sum(a.arr)) OVER (), 0))::double precision AS arr_share,
  avg(a.health)::double precision AS health, sum(a.expected_loss)::double precision AS expected_loss
FROM bi.account_current AS a
WHERE $1::text IS NULL OR a.segment = $1::text
GROUP BY a.as_of, a.band
ORDER BY min(a.health) NULLS LAST, a.band
LIMIT coalesce($2::int, 1000);
