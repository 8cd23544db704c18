-- Health and revenue of one account by day.
-- many shown
-- param  account   text       key of the account
-- param  from_day  date null   from this day on
-- column as_of     date    The day.
-- column health    double null    0 to 100.
-- column band      text    Band.
-- column coverage  double    Share of the weight that is usable.
-- column p_churn   double null    Probability of churn within 90 days.
-- column arr       double    Revenue.
SELECT d.as_of, d.health::double precision AS health, d.band, d.coverage::double precision AS coverage,
  d.p_churn_90d::double precision AS p_churn, d.arr::double precision AS arr
FROM bi.account_daily AS d
WHERE d.account_key = $1::text AND ($2::date IS NULL OR d.as_of >= $2::date)
ORDER BY d.as_of;
