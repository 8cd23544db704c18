-- Keep what a scorecard would have foretold.
-- one
-- param  scorecard             text
-- param  label                 text
-- param  author                text
-- param  note                  text
-- param  sha256                text
-- param  as_of                 date
-- param  known_no              bigint
-- param  churn                 text
-- param  first_on              date
-- param  last_on               date
-- param  leavers               bigint
-- param  had_worst             bigint
-- param  worst_median_days     double null
-- param  worst_early           double null
-- param  had_not_best          bigint
-- param  not_best_median_days  double null
-- param  not_best_early        double null
-- param  renewed               bigint
-- param  false_alarms          bigint
-- param  worst_precision       double null
-- param  size_rho              double null
-- column proof_id              bigint
INSERT INTO score.proof (scorecard, label, author, note, sha256, as_of, known_no, churn, first_on, last_on, leavers,
  had_worst, worst_median_days, worst_early, had_not_best, not_best_median_days, not_best_early, renewed, false_alarms,
  worst_precision, size_rho)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::date, $7::bigint, $8::text, $9::date, $10::date,
  $11::bigint, $12::bigint, $13::double precision, $14::double precision, $15::bigint, $16::double precision,
  $17::double precision, $18::bigint, $19::bigint, $20::double precision, $21::double precision)
RETURNING proof_id;
