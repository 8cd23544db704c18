-- One customer's health, band and risk on every published day.
-- many shown
-- param  account   text       Key of the account.
-- param  from_day  date null  From this day on.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column as_of         date         The day.
-- column health        double null  Health, 0 to 100.
-- column health_lower  double null  Were what is missing at its worst.
-- column health_upper  double null  At its best.
-- column band          text         Band.
-- column coverage      double null  Share of the weight that has data, 0 to 1.
-- column p_churn_90d   double null  Probability of churn within 90 days.
-- column arr           double null  ARR.
SELECT d.as_of, d.health::double precision AS health, d.health_lower::double precision AS health_lower,
  d.health_upper::double precision AS health_upper, d.band, d.coverage::double precision AS coverage,
  d.p_churn_90d::double precision AS p_churn_90d, d.arr::double precision AS arr
FROM bi.account_daily AS d
WHERE d.account_key = $1::text AND ($2::date IS NULL OR d.as_of >= $2::date)
ORDER BY d.as_of DESC
LIMIT coalesce($3::int, 1000);
