-- One account's published scores, newest first.
-- many
-- param  account_id    bigint
-- param  from_day      date
-- param  to_day        date       included
-- param  max_rows      int
-- column as_of         date
-- column run_id        bigint
-- column health_bp     int null
-- column effective_bp  int null
-- column lower_bp      int
-- column upper_bp      int
-- column band          text
-- column coverage_bp   int
-- column p_churn_1e9   bigint null
-- column p_lower_1e9   bigint null
-- column p_upper_1e9   bigint null
-- column arr_minor     bigint
SELECT s.as_of, s.run_id, s.health_bp, s.effective_bp, s.lower_bp, s.upper_bp, s.band,
  s.coverage_bp, s.p_churn_1e9, s.p_lower_1e9, s.p_upper_1e9, s.arr_minor
FROM score.account_published AS s
WHERE s.account_id = $1::bigint AND s.as_of BETWEEN $2::date AND $3::date
ORDER BY s.as_of DESC
LIMIT $4::int;
