-- What accounts were promised and got, on the day of the published run.
-- many shown
-- param  accounts      bigint[] null     those the caller may see; null: all
-- param  slo           text null
-- param  state         text null
-- param  after_number  bigint null
-- param  after_id      bigint null
-- param  max_rows      int
-- column account        text    Key of the account.
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
-- column page_number    bigint
-- column page_id        bigint
SELECT a.key AS account, s.slo, s.label, s.service, s.unit, s.objective_1e9, s.total, s.bad, s.platform, s.excluded,
  (s.total - s.spent)::double precision / nullif(s.total, 0) AS sli,
  (1 - s.spent * 1e9::numeric / nullif(s.total * (1e9::numeric - s.objective_1e9), 0))::double precision AS budget_left,
  s.wilson_low AS sli_low, s.wilson_high AS sli_high, s.state, s.verdict, s.firing, s.account_id AS page_number,
  hashtextextended(s.slo, 0) AS page_id
FROM score.slo_result AS s
JOIN score.current_run AS r ON r.as_of = s.as_of
JOIN identity.account AS a ON a.account_id = s.account_id
WHERE ($1::bigint[] IS NULL OR s.account_id = ANY ($1::bigint[]))
  AND ($2::text IS NULL OR s.slo = $2::text) AND ($3::text IS NULL OR s.state = $3::text)
  AND ($5::bigint IS NULL OR (s.account_id, hashtextextended(s.slo, 0)) > ($4::bigint, $5::bigint))
ORDER BY page_number, page_id
LIMIT $6::int;
