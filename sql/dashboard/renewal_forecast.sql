-- What each quarter's renewals may cost, and of past quarters what they did.
-- many shown
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column quarter    date          First day of the quarter.
-- column currency   text          Of the amounts.
-- column accounts   bigint        Whose contracts end in it.
-- column arr        double null   ARR that ends.
-- column expected   double null   Expected loss.
-- column arr_p10    double null   The loss is above it in 9 of 10 cases.
-- column arr_p50    double null   In every other case.
-- column arr_p90    double null   In 1 of 10 cases.
-- column arr_lost   double null   What was lost; blank while it is not over.
-- column is_within  boolean null  Between P10 and P90.
SELECT f.quarter, f.currency, f.accounts, f.arr::double precision AS arr, f.expected::double precision AS expected,
  f.arr_p10::double precision AS arr_p10, f.arr_p50::double precision AS arr_p50, f.arr_p90::double precision AS arr_p90,
  f.arr_lost::double precision AS arr_lost, f.is_within
FROM bi.forecast AS f
ORDER BY f.quarter DESC
LIMIT coalesce($1::int, 1000);
