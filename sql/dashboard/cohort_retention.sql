-- What is left of the customers of each month, by their age in months.
-- many shown
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column cohort     date         Month of the first contract.
-- column age        int          Months since.
-- column customers  bigint       Who began.
-- column retained   bigint null  Who are there; blank where the day has not passed.
-- column logo       double null  retained / customers.
-- column nrr        double null  Of their first ARR, more included.
-- column grr        double null  Of their first ARR, no more than it was.
SELECT c.cohort, c.age, c.n AS customers, c.retained, c.logo::double precision AS logo, c.nrr::double precision AS nrr,
  c.grr::double precision AS grr
FROM bi.cohort AS c
ORDER BY c.cohort DESC, c.age
LIMIT coalesce($1::int, 1000);
