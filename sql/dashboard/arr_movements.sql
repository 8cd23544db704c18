-- From the ARR at the start of each period to that at its end.
-- many shown
-- param  period    text null  month, quarter or year; month when nothing is said.
-- param  scope     text null  all, or a currency; all when nothing is said.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column period            date         First day of the period.
-- column currency          text         Of the amounts.
-- column arr_start         double null  ARR at its start.
-- column arr_new           double null  New customers.
-- column arr_resurrection  double null  Customers who came back.
-- column arr_expansion     double null  More from customers.
-- column arr_contraction   double null  Less from customers, below 0.
-- column arr_churn         double null  Customers lost, below 0.
-- column arr_end           double null  ARR at its end.
SELECT p.period, p.currency, p.arr_start::double precision AS arr_start, p.arr_new::double precision AS arr_new,
  p.arr_resurrection::double precision AS arr_resurrection, p.arr_expansion::double precision AS arr_expansion,
  p.arr_contraction::double precision AS arr_contraction, p.arr_churn::double precision AS arr_churn,
  p.arr_end::double precision AS arr_end
FROM bi.arr_period AS p
WHERE p.period_kind = coalesce($1::text, 'month') AND p.scope = coalesce($2::text, 'all')
ORDER BY p.period DESC
LIMIT coalesce($3::int, 1000);
