-- How each segment does: customers, ARR, health weighed by ARR, expected loss.
-- many shown
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column segment        text null    Segment of the CRM.
-- column accounts       bigint       Customers.
-- column arr            double null  Their ARR.
-- column health_by_arr  double null  Health weighed by ARR, 0 to 100.
-- column unknown        bigint       Customers whose health is Unknown.
-- column expected_loss  double null  ARR times the probability of churn within 90 days.
SELECT a.segment, count(*) AS accounts, sum(a.arr)::double precision AS arr,
  (sum(a.health * a.arr) / nullif(sum(a.arr) FILTER (WHERE a.health IS NOT NULL), 0))::double precision AS health_by_arr,
  count(*) FILTER (WHERE a.band = 'Unknown') AS unknown, sum(a.expected_loss)::double precision AS expected_loss
FROM bi.account_current AS a
GROUP BY a.segment
ORDER BY arr DESC NULLS LAST, a.segment
LIMIT coalesce($1::int, 1000);
