-- What is left of the customers won in each month, by age.
-- many shown
-- param  from_day  date null
-- column cohort          date    Month they were won in.
-- column age             int    Months since.
-- column day             date    Day it is counted at.
-- column customers       bigint    How many were won.
-- column arr_base_minor  bigint    Their ARR at first.
-- column retained        bigint null    Of them still customers.
-- column arr_minor       bigint null    Their ARR then.
-- column arr_kept_minor  bigint null    Of it at most what each had at first.
SELECT c.cohort, c.age, c.day, c.n AS customers, c.base_minor AS arr_base_minor, c.retained, c.arr_minor,
  c.kept_minor AS arr_kept_minor
FROM score.cohort_cell AS c
WHERE $1::date IS NULL OR c.cohort >= $1::date
ORDER BY c.cohort, c.age;
