-- What revenue did in each period.
-- many shown
-- param  scope     text       total, or a product
-- param  kind      text       month, quarter or year
-- param  from_day  date null
-- column period                  date    First day of the period.
-- column arr_start_minor         bigint    Annual recurring revenue as it began.
-- column arr_new_minor           bigint    Of new customers.
-- column arr_resurrection_minor  bigint    Of customers who came back.
-- column arr_expansion_minor     bigint    More from those who were there.
-- column arr_contraction_minor   bigint    Less from them; negative.
-- column arr_churn_minor         bigint    Of those who left; negative.
-- column arr_end_minor           bigint    As it ended: the sum of all.
-- column n_start                 bigint    Customers as it began.
-- column n_new                   bigint    New ones.
-- column n_resurrection          bigint    Who came back.
-- column n_expansion             bigint    Who grew.
-- column n_contraction           bigint    Who shrank.
-- column n_churn                 bigint    Who left.
-- column nrr                     double null    Net revenue retention.
-- column grr                     double null    Gross revenue retention.
SELECT p.period, p.start_minor AS arr_start_minor, p.new_minor AS arr_new_minor,
  p.resurrection_minor AS arr_resurrection_minor, p.expansion_minor AS arr_expansion_minor,
  p.contraction_minor AS arr_contraction_minor, p.churn_minor AS arr_churn_minor,
  p.start_minor + p.new_minor + p.resurrection_minor + p.expansion_minor + p.contraction_minor
    + p.churn_minor AS arr_end_minor,
  p.n_start, p.n_new, p.n_resurrection, p.n_expansion, p.n_contraction, p.n_churn,
  r.nrr::double precision AS nrr, r.grr::double precision AS grr
FROM score.arr_period AS p
JOIN score.revenue AS v ON v.currency = p.currency
JOIN bi.retention AS r ON r.scope = p.scope AND r.period_kind = p.kind AND r.period = p.period
  AND r.currency = p.currency
WHERE p.scope = $1::text AND p.kind = $2::text AND ($3::date IS NULL OR p.period >= $3::date)
ORDER BY p.period;
