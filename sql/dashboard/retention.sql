-- Net and gross revenue retention and customers lost, by month, quarter or year.
-- many shown
-- param  period    text null  month, quarter or year; quarter when nothing is said.
-- param  scope     text null  all, or a currency; all when nothing is said.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column period             date         First day of the period.
-- column currency           text         Of the amounts.
-- column customers          bigint       At its start.
-- column churned            bigint       Of them lost.
-- column arr_start          double null  ARR at its start.
-- column nrr                double null  Net revenue retention; blank without a base.
-- column grr                double null  Gross revenue retention.
-- column logo_churn         double null  Share of customers lost.
-- column logo_churn_annual  double null  The same as a year's.
SELECT r.period, r.currency, r.customers, r.churned, r.arr_start::double precision AS arr_start,
  r.nrr::double precision AS nrr, r.grr::double precision AS grr, r.logo_churn::double precision AS logo_churn,
  r.logo_churn_annual
FROM bi.retention AS r
WHERE r.period_kind = coalesce($1::text, 'quarter') AND r.scope = coalesce($2::text, 'all')
ORDER BY r.period DESC
LIMIT coalesce($3::int, 1000);
