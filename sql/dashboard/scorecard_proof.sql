-- From band to churn: what the bands of a scorecard foretold, with how sure that is.
-- many shown
-- param  scorecard  text null  Its name; all when nothing is said.
-- param  days       int null   30, 60, 90 or 180 days after; 90 when nothing is said.
-- param  max_rows   int null   Rows at most; 1000 when nothing is said.
-- column scorecard          text         Its name.
-- column as_of              date         Facts before this day.
-- column band               text         Band, the lowest first.
-- column customers          bigint       Customers in it on days a span apart.
-- column churned            bigint       Of them, those who left within the days.
-- column rate               double null  churned / customers.
-- column rate_low           double null  Lower end of Wilson's 95 % interval.
-- column rate_high          double null  Its upper end.
-- column leavers_share      double null  Of all who left, the share that stood in it so many days before.
-- column leavers_arr_share  double null  The same of their ARR.
SELECT b.scorecard, p.as_of, b.band, b.customers, b.churned, b.rate, b.rate_low, b.rate_high, b.leavers_share,
  b.leavers_arr_share
FROM bi.scorecard_proof_band AS b
JOIN bi.scorecard_proof AS p ON p.proof_id = b.proof_id
WHERE b.days = coalesce($2::int, 90) AND ($1::text IS NULL OR b.scorecard = $1::text)
ORDER BY b.scorecard, b.ordinal
LIMIT coalesce($3::int, 1000);
