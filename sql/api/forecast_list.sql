-- What renewals of each quarter may cost, and what they did.
-- many shown
-- column quarter         date    First day of the quarter.
-- column forecast_on     date    Day it was forecast.
-- column accounts        bigint    Renewals in it.
-- column arr_minor       bigint    Their ARR.
-- column expected_minor  bigint    Expected loss.
-- column arr_p10_minor   bigint null    One in ten is below.
-- column arr_p50_minor   bigint null    Half are below.
-- column arr_p90_minor   bigint null    Nine in ten are below.
-- column lost            bigint null    Who left, once the quarter is over.
-- column arr_lost_minor  bigint null    What it cost.
SELECT f.quarter, f.forecast_on, f.n AS accounts, f.arr_minor, f.expected_minor, f.arr_p10 AS arr_p10_minor,
  f.arr_p50 AS arr_p50_minor, f.arr_p90 AS arr_p90_minor, f.n_lost AS lost, f.lost_minor AS arr_lost_minor
FROM score.forecast AS f
ORDER BY f.quarter;
