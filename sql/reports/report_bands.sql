-- A run by band: accounts, ARR, expected loss, and how many are expected to leave.
-- many
-- param  run_id         bigint
-- param  as_of          date
-- column band           text
-- column accounts       bigint
-- column arr_minor      bigint
-- column expected_minor double null
-- column low_minor      double null
-- column high_minor     double null
-- column leaving        double null
-- column low_leaving    double null
-- column high_leaving   double null
SELECT band, count(*) AS accounts, sum(arr_minor)::bigint AS arr_minor,
  sum(arr_minor * (p_churn_1e9 / 1e9::double precision)) AS expected_minor,
  sum(arr_minor * (p_lower_1e9 / 1e9::double precision)) AS low_minor,
  sum(arr_minor * (p_upper_1e9 / 1e9::double precision)) AS high_minor,
  sum(p_churn_1e9 / 1e9::double precision) AS leaving,
  sum(p_lower_1e9 / 1e9::double precision) AS low_leaving,
  sum(p_upper_1e9 / 1e9::double precision) AS high_leaving
FROM score.account_score
WHERE as_of = $2::date AND run_id <= $1::bigint AND until_run_id > $1::bigint AND role = 'champion'
GROUP BY band
ORDER BY CASE band WHEN 'Red' THEN 1 WHEN 'Yellow' THEN 2 WHEN 'Green' THEN 3 ELSE 4 END, band;
