-- Net and gross revenue retention by month.
-- many shown
-- param  scope  text null    total, or a product
-- column month       date    First day of the month.
-- column customers   bigint    Customers as it began.
-- column arr_start   double    Their revenue.
-- column nrr         double null    Net revenue retention.
-- column grr         double null    Gross revenue retention.
-- column logo_churn  double null    Share of customers who left.
SELECT r.period AS month, r.customers, r.arr_start::double precision AS arr_start, r.nrr::double precision AS nrr,
  r.grr::double precision AS grr, r.logo_churn::double precision AS logo_churn
FROM bi.retention AS r
WHERE r.period_kind = 'month' AND r.scope = coalesce($1::text, 'total')
ORDER BY r.period;
