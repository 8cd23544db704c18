-- What an account was promised and got, by day.
-- many shown
-- param  account_id  bigint
-- param  from_day    date
-- column as_of          date    The day.
-- column slo            text    Name in slo.yaml.
-- column label          text    Shown name.
-- column service        text    What it speaks of.
-- column unit           text    What is counted.
-- column objective_1e9  bigint    What the account is promised.
-- column total          bigint    Counted in the window.
-- column bad            bigint    Of them bad.
-- column platform       bigint null    Of those, by the fault of the platform.
-- column excluded       bigint    Left out by a declared exclusion.
-- column sli            double null    What was reached.
-- column budget_left    double null    Share of the error budget that is left.
-- column sli_low        double null    Lower end of its 95 % interval.
-- column sli_high       double null    Upper end.
-- column state          text    OK, WARNING, BREACHED or INSUFFICIENT_DATA.
-- column verdict        text    With too little data: below, above or undecided.
-- column firing         text    Burn pairs that fire.
SELECT s.as_of, s.slo, s.label, s.service, s.unit, s.objective_1e9, s.total, s.bad, s.platform, s.excluded,
  (s.total - s.spent)::double precision / nullif(s.total, 0) AS sli,
  (1 - s.spent * 1e9::numeric / nullif(s.total * (1e9::numeric - s.objective_1e9), 0))::double precision AS budget_left,
  s.wilson_low AS sli_low, s.wilson_high AS sli_high, s.state, s.verdict, s.firing
FROM score.slo_result AS s
JOIN score.published AS p ON p.as_of = s.as_of
WHERE s.account_id = $1::bigint AND s.as_of >= $2::date
ORDER BY s.as_of, s.slo
LIMIT 4000;
