-- Revenue of the run that readers follow: ARR movements, retention, cohorts, renewals, forecasts, losses,
-- roll-ups. docs/method.md, "Revenue", says what the words mean.

CREATE OR REPLACE VIEW bi.arr_movement AS
SELECT m.scope, m.period AS month, m.account_id, a.key AS account_key, m.movement, m.currency,
  m.start_minor / u.minor AS arr_start, m.end_minor / u.minor AS arr_end,
  (m.end_minor - m.start_minor) / u.minor AS change
FROM score.arr_moved AS m
JOIN identity.account AS a ON a.account_id = m.account_id
CROSS JOIN LATERAL (SELECT warehouse.currency_minor(m.currency) AS minor) AS u;
COMMENT ON VIEW bi.arr_movement IS 'What an account''s ARR did in a month that is over, where it did something: arr_start + change = arr_end, exactly. Ask with a condition on scope.';
COMMENT ON COLUMN bi.arr_movement.scope IS 'all: every contract, in the reporting currency at the rate of the last day before the month; a currency: only contracts in it, in its own unit.';
COMMENT ON COLUMN bi.arr_movement.month IS 'Its first day.';
COMMENT ON COLUMN bi.arr_movement.account_id IS 'Account.';
COMMENT ON COLUMN bi.arr_movement.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.arr_movement.movement IS 'new, resurrection, expansion, contraction, churn.';
COMMENT ON COLUMN bi.arr_movement.currency IS 'Currency of the amounts.';
COMMENT ON COLUMN bi.arr_movement.arr_start IS 'ARR on the last day before the month.';
COMMENT ON COLUMN bi.arr_movement.arr_end IS 'ARR on its last day.';
COMMENT ON COLUMN bi.arr_movement.change IS 'The difference; negative for contraction and churn.';

CREATE OR REPLACE VIEW bi.arr_period AS
SELECT p.scope, p.kind AS period_kind, p.period, p.currency,
  p.start_minor / u.minor AS arr_start, p.new_minor / u.minor AS arr_new,
  p.resurrection_minor / u.minor AS arr_resurrection, p.expansion_minor / u.minor AS arr_expansion,
  p.contraction_minor / u.minor AS arr_contraction, p.churn_minor / u.minor AS arr_churn,
  (p.start_minor::numeric + p.new_minor + p.resurrection_minor + p.expansion_minor + p.contraction_minor
    + p.churn_minor) / u.minor AS arr_end,
  p.n_start, p.n_new, p.n_resurrection, p.n_expansion, p.n_contraction, p.n_churn
FROM score.arr_period AS p
CROSS JOIN LATERAL (SELECT warehouse.currency_minor(p.currency) AS minor) AS u;
COMMENT ON VIEW bi.arr_period IS 'ARR movements of all accounts: arr_start and the five movements are arr_end, exactly. Ask with conditions on scope and period_kind.';
COMMENT ON COLUMN bi.arr_period.scope IS 'all: every contract, in the reporting currency at the rate of the last day before the period; a currency: only contracts in it, in its own unit.';
COMMENT ON COLUMN bi.arr_period.period_kind IS 'month, quarter or year; only those that are over.';
COMMENT ON COLUMN bi.arr_period.period IS 'Its first day.';
COMMENT ON COLUMN bi.arr_period.currency IS 'Currency of the amounts.';
COMMENT ON COLUMN bi.arr_period.arr_start IS 'ARR on the last day before it. Contracts in other currencies may be valued otherwise than at the end of the period before.';
COMMENT ON COLUMN bi.arr_period.arr_new IS 'Of accounts that never paid before.';
COMMENT ON COLUMN bi.arr_period.arr_resurrection IS 'Of accounts that paid once and came back.';
COMMENT ON COLUMN bi.arr_period.arr_expansion IS 'Of accounts that pay more.';
COMMENT ON COLUMN bi.arr_period.arr_contraction IS 'Of accounts that pay less; negative.';
COMMENT ON COLUMN bi.arr_period.arr_churn IS 'Of accounts that pay nothing any more; negative.';
COMMENT ON COLUMN bi.arr_period.arr_end IS 'ARR on its last day.';
COMMENT ON COLUMN bi.arr_period.n_start IS 'Accounts that paid on the last day before it.';
COMMENT ON COLUMN bi.arr_period.n_new IS 'New accounts.';
COMMENT ON COLUMN bi.arr_period.n_resurrection IS 'Accounts that came back.';
COMMENT ON COLUMN bi.arr_period.n_expansion IS 'Accounts that expanded.';
COMMENT ON COLUMN bi.arr_period.n_contraction IS 'Accounts that contracted.';
COMMENT ON COLUMN bi.arr_period.n_churn IS 'Accounts that left.';

CREATE OR REPLACE VIEW bi.retention AS
SELECT p.scope, p.kind AS period_kind, p.period, p.currency, p.n_start AS customers, p.n_churn AS churned,
  s.base / u.minor AS arr_start, s.net / u.minor AS arr_nrr, s.gross / u.minor AS arr_grr,
  round(s.net / nullif(s.base, 0), 6) AS nrr, round(s.gross / nullif(s.base, 0), 6) AS grr,
  round(p.n_churn::numeric / nullif(p.n_start, 0), 6) AS logo_churn,
  1 - (1 - p.n_churn / nullif(p.n_start, 0)::double precision) ^ (365 / p.days::double precision) AS logo_churn_annual,
  1 - (s.gross / nullif(s.base, 0))::double precision ^ (365 / p.days::double precision) AS arr_churn_annual
FROM score.arr_period AS p
CROSS JOIN LATERAL (
  SELECT p.start_minor::numeric AS base,
    p.start_minor::numeric + p.expansion_minor + p.contraction_minor + p.churn_minor AS net,
    p.start_minor::numeric + p.contraction_minor + p.churn_minor AS gross
) AS s
CROSS JOIN LATERAL (SELECT warehouse.currency_minor(p.currency) AS minor) AS u;
COMMENT ON VIEW bi.retention IS 'What became in a period of those who paid before it. Shares have their exact parts beside them; without a base they are null, and 0 when nobody left.';
COMMENT ON COLUMN bi.retention.scope IS 'all: every contract in the reporting currency; a currency: only contracts in it.';
COMMENT ON COLUMN bi.retention.period_kind IS 'month, quarter or year; only those that are over.';
COMMENT ON COLUMN bi.retention.period IS 'Its first day.';
COMMENT ON COLUMN bi.retention.currency IS 'Currency of the amounts.';
COMMENT ON COLUMN bi.retention.customers IS 'The base: accounts that paid on the last day before the period.';
COMMENT ON COLUMN bi.retention.churned IS 'Of them, who paid nothing on its last day.';
COMMENT ON COLUMN bi.retention.arr_start IS 'What the base paid: the denominator of NRR and GRR.';
COMMENT ON COLUMN bi.retention.arr_nrr IS 'What the base pays on the last day: the numerator of NRR.';
COMMENT ON COLUMN bi.retention.arr_grr IS 'The same without what anybody pays more: the numerator of GRR.';
COMMENT ON COLUMN bi.retention.nrr IS 'Net revenue retention; 1 is all of it.';
COMMENT ON COLUMN bi.retention.grr IS 'Gross revenue retention, 0..1.';
COMMENT ON COLUMN bi.retention.logo_churn IS 'churned / customers, 0..1.';
COMMENT ON COLUMN bi.retention.logo_churn_annual IS 'The same pace over a year, 1 - (1 - c)^(365/days).';
COMMENT ON COLUMN bi.retention.arr_churn_annual IS '1 - GRR at the same pace over a year.';

CREATE OR REPLACE VIEW bi.cohort AS
SELECT c.cohort, c.age, c.day, c.n, v.currency, c.base_minor / u.minor AS arr_base, c.retained,
  c.arr_minor / u.minor AS arr, c.kept_minor / u.minor AS arr_kept,
  round(c.retained::numeric / c.n, 6) AS logo,
  round(c.arr_minor::numeric / nullif(c.base_minor, 0), 6) AS nrr,
  round(c.kept_minor::numeric / nullif(c.base_minor, 0), 6) AS grr
FROM score.cohort_cell AS c
CROSS JOIN score.revenue AS v
CROSS JOIN LATERAL (SELECT warehouse.currency_minor(v.currency) AS minor) AS u;
COMMENT ON VIEW bi.cohort IS 'Who began to pay in the same month, and what was left of them at each age in months. A day that has not passed has nulls, never 0.';
COMMENT ON COLUMN bi.cohort.cohort IS 'First day of the month each of them first paid in.';
COMMENT ON COLUMN bi.cohort.age IS 'Months since; 0 is the last day of the first month.';
COMMENT ON COLUMN bi.cohort.day IS 'The day looked at.';
COMMENT ON COLUMN bi.cohort.n IS 'Accounts in the cohort.';
COMMENT ON COLUMN bi.cohort.currency IS 'The reporting currency, at the rates of each account''s first day.';
COMMENT ON COLUMN bi.cohort.arr_base IS 'ARR on the first day of each.';
COMMENT ON COLUMN bi.cohort.retained IS 'Accounts that pay on the day; who came back counts again.';
COMMENT ON COLUMN bi.cohort.arr IS 'ARR on the day.';
COMMENT ON COLUMN bi.cohort.arr_kept IS 'The same, of each at most its first ARR.';
COMMENT ON COLUMN bi.cohort.logo IS 'retained / n, 0..1.';
COMMENT ON COLUMN bi.cohort.nrr IS 'arr / arr_base.';
COMMENT ON COLUMN bi.cohort.grr IS 'arr_kept / arr_base, 0..1.';

CREATE OR REPLACE VIEW bi.renewal AS
SELECT v.as_of, r.renewal_on, r.renewal_on - v.as_of AS days, r.account_id, a.key AS account_key,
  n.name AS account_name, n.owner_email, n.segment, r.product, v.currency, r.arr_minor / u.minor AS arr,
  r.is_renewed, r.p_churn_1e9 / 1e9 AS p_churn,
  CASE WHEN NOT r.is_renewed THEN round(r.arr_minor * (r.p_churn_1e9 / 1e9)) / u.minor END AS expected_loss
FROM score.renewal AS r
JOIN identity.account AS a ON a.account_id = r.account_id
LEFT JOIN warehouse.account_now AS n ON n.account_id = r.account_id
CROSS JOIN score.revenue AS v
CROSS JOIN LATERAL (SELECT warehouse.currency_minor(v.currency) AS minor) AS u;
COMMENT ON VIEW bi.renewal IS 'Contracts with a price that end within a year.';
COMMENT ON COLUMN bi.renewal.as_of IS 'Business day it is told of.';
COMMENT ON COLUMN bi.renewal.renewal_on IS 'The contract''s end.';
COMMENT ON COLUMN bi.renewal.days IS 'Days until then.';
COMMENT ON COLUMN bi.renewal.account_id IS 'Account.';
COMMENT ON COLUMN bi.renewal.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.renewal.account_name IS 'Name.';
COMMENT ON COLUMN bi.renewal.owner_email IS 'Customer-success owner.';
COMMENT ON COLUMN bi.renewal.segment IS 'Segment.';
COMMENT ON COLUMN bi.renewal.product IS 'Product.';
COMMENT ON COLUMN bi.renewal.currency IS 'The reporting currency.';
COMMENT ON COLUMN bi.renewal.arr IS 'ARR of the contract, at the rates of as_of.';
COMMENT ON COLUMN bi.renewal.is_renewed IS 'A contract of the same product follows within the gap.';
COMMENT ON COLUMN bi.renewal.p_churn IS 'Probability that the account is lost by the end of that day, 0..1; null when nobody says.';
COMMENT ON COLUMN bi.renewal.expected_loss IS 'arr times p_churn; null when renewed.';

CREATE OR REPLACE VIEW bi.churn AS
SELECT l.churned_on, l.account_id, a.key AS account_key, n.name AS account_name, n.owner_email, n.segment,
  l.seen_by, v.definition, v.currency, l.arr_minor / u.minor AS arr, nullif(l.reason, '') AS reason,
  nullif(l.competitor, '') AS competitor, l.lead_first_days, l.lead_last_days, l.band_180, l.band_90,
  l.band_60, l.band_30
FROM score.loss AS l
JOIN identity.account AS a ON a.account_id = l.account_id
LEFT JOIN warehouse.account_now AS n ON n.account_id = l.account_id
CROSS JOIN score.revenue AS v
CROSS JOIN LATERAL (SELECT warehouse.currency_minor(v.currency) AS minor) AS u;
COMMENT ON VIEW bi.churn IS 'Who was lost, when, why, and how early the band had said so.';
COMMENT ON COLUMN bi.churn.churned_on IS 'First day it was no customer, or paid less.';
COMMENT ON COLUMN bi.churn.account_id IS 'Account.';
COMMENT ON COLUMN bi.churn.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.churn.account_name IS 'Name.';
COMMENT ON COLUMN bi.churn.owner_email IS 'Customer-success owner.';
COMMENT ON COLUMN bi.churn.segment IS 'Segment.';
COMMENT ON COLUMN bi.churn.seen_by IS 'What the end was seen by: contract end, downgrade, contraction or silence.';
COMMENT ON COLUMN bi.churn.definition IS 'The churn definition.';
COMMENT ON COLUMN bi.churn.currency IS 'The reporting currency.';
COMMENT ON COLUMN bi.churn.arr IS 'ARR that went, at that day''s rates.';
COMMENT ON COLUMN bi.churn.reason IS 'Why, as a contract records it; null when none does.';
COMMENT ON COLUMN bi.churn.competitor IS 'To whom, as a contract records it.';
COMMENT ON COLUMN bi.churn.lead_first_days IS 'Days from the first sustained Red to the loss; null when there was none.';
COMMENT ON COLUMN bi.churn.lead_last_days IS 'Days from the last sustained Red.';
COMMENT ON COLUMN bi.churn.band_180 IS 'Band 180 days before; Unknown when the day was not scored.';
COMMENT ON COLUMN bi.churn.band_90 IS 'Band 90 days before.';
COMMENT ON COLUMN bi.churn.band_60 IS 'Band 60 days before.';
COMMENT ON COLUMN bi.churn.band_30 IS 'Band 30 days before.';

CREATE OR REPLACE VIEW bi.churn_reason AS
SELECT date_trunc('month', l.churned_on::timestamp)::date AS month, nullif(l.reason, '') AS reason,
  nullif(l.competitor, '') AS competitor, l.seen_by, count(*) AS accounts, v.currency,
  sum(l.arr_minor) / warehouse.currency_minor(v.currency) AS arr
FROM score.loss AS l
CROSS JOIN score.revenue AS v
GROUP BY date_trunc('month', l.churned_on::timestamp)::date, l.reason, l.competitor, l.seen_by, v.currency;
COMMENT ON VIEW bi.churn_reason IS 'Why customers were lost, by month.';
COMMENT ON COLUMN bi.churn_reason.month IS 'First day of the month.';
COMMENT ON COLUMN bi.churn_reason.reason IS 'As contracts record it; null where none does.';
COMMENT ON COLUMN bi.churn_reason.competitor IS 'To whom, as contracts record it.';
COMMENT ON COLUMN bi.churn_reason.seen_by IS 'contract end, downgrade, contraction or silence.';
COMMENT ON COLUMN bi.churn_reason.accounts IS 'How many were lost.';
COMMENT ON COLUMN bi.churn_reason.currency IS 'The reporting currency.';
COMMENT ON COLUMN bi.churn_reason.arr IS 'ARR that went with them.';

CREATE OR REPLACE VIEW bi.forecast AS
SELECT f.quarter, f.forecast_on, f.risk_as_of, v.currency, f.n AS accounts, f.arr_minor / u.minor AS arr,
  f.n_without_risk, f.without_risk_minor / u.minor AS arr_without_risk,
  f.expected_minor / u.minor AS expected, f.arr_p10 / u.minor AS arr_p10, f.arr_p50 / u.minor AS arr_p50,
  f.arr_p90 / u.minor AS arr_p90, f.n_p10, f.n_p50, f.n_p90, f.n_lost, f.lost_minor / u.minor AS arr_lost,
  f.lost_minor BETWEEN f.arr_p10 AND f.arr_p90 AS is_within
FROM score.forecast AS f
CROSS JOIN score.revenue AS v
CROSS JOIN LATERAL (SELECT warehouse.currency_minor(v.currency) AS minor) AS u;
COMMENT ON VIEW bi.forecast IS 'What the renewals of coming quarters may cost, as a distribution; and of past quarters, as forecast on their first day, what they did.';
COMMENT ON COLUMN bi.forecast.quarter IS 'First day of the quarter.';
COMMENT ON COLUMN bi.forecast.forecast_on IS 'The day whose facts it is of.';
COMMENT ON COLUMN bi.forecast.risk_as_of IS 'Day of the run that said the risks; null when none did.';
COMMENT ON COLUMN bi.forecast.currency IS 'The reporting currency.';
COMMENT ON COLUMN bi.forecast.accounts IS 'Accounts with open renewals and a risk.';
COMMENT ON COLUMN bi.forecast.arr IS 'What they renew.';
COMMENT ON COLUMN bi.forecast.n_without_risk IS 'Accounts nobody says a risk of: in no other figure.';
COMMENT ON COLUMN bi.forecast.arr_without_risk IS 'What they renew.';
COMMENT ON COLUMN bi.forecast.expected IS 'Expected loss: ARR times probability, summed.';
COMMENT ON COLUMN bi.forecast.arr_p10 IS 'No more is lost with a probability of 10 % or more, and less is too little.';
COMMENT ON COLUMN bi.forecast.arr_p50 IS 'The same of 50 %.';
COMMENT ON COLUMN bi.forecast.arr_p90 IS 'The same of 90 %.';
COMMENT ON COLUMN bi.forecast.n_p10 IS 'The same of accounts, 10 %.';
COMMENT ON COLUMN bi.forecast.n_p50 IS 'The same of accounts, 50 %.';
COMMENT ON COLUMN bi.forecast.n_p90 IS 'The same of accounts, 90 %.';
COMMENT ON COLUMN bi.forecast.n_lost IS 'Of a past quarter: accounts lost.';
COMMENT ON COLUMN bi.forecast.arr_lost IS 'Of a past quarter: their ARR.';
COMMENT ON COLUMN bi.forecast.is_within IS 'Of a past quarter: was it between P10 and P90?';

CREATE OR REPLACE VIEW bi.parent_health AS
SELECT r.as_of, r.run_id, k.parent_account_id, a.key AS parent_key, k.children, k.known,
  k.weighted_bp_arr / nullif(k.known_arr, 0) / 100 AS health_arr_weighted,
  k.weighted_bp_arr AS arr_weighted_numerator, nullif(k.known_arr, 0) AS arr_weighted_denominator,
  k.sum_bp / nullif(k.known, 0) / 100 AS health_mean, k.sum_bp AS mean_numerator,
  k.worst_bp / 100.0 AS health_worst, k.known_arr / nullif(k.arr, 0) AS arr_coverage,
  k.known_arr / u.minor AS arr_known, k.arr / u.minor AS arr
FROM score.current_run AS r
CROSS JOIN LATERAL (
  SELECT f.parent_account_id, count(*) AS children, count(s.effective_bp) AS known,
    sum(s.arr_minor::numeric * s.effective_bp) AS weighted_bp_arr,
    coalesce(sum(s.arr_minor) FILTER (WHERE s.effective_bp IS NOT NULL), 0) AS known_arr,
    sum(s.effective_bp)::numeric AS sum_bp, min(s.effective_bp) AS worst_bp, sum(s.arr_minor) AS arr
  FROM (
    SELECT DISTINCT c.account_id, pm.account_id AS parent_account_id
    FROM warehouse.account_version_now AS v
    JOIN identity.party AS p ON p.party_id = v.party_id
    JOIN identity.party AS pp ON pp.source = p.source AND pp.external_id = v.parent_id
    JOIN warehouse.member_now AS pm ON pm.party_id = pp.party_id
    JOIN warehouse.member_now AS c ON c.party_id = v.party_id
    WHERE NOT v.deleted AND pm.account_id <> c.account_id
  ) AS f
  JOIN score.account_published AS s ON s.account_id = f.account_id AND s.as_of = r.as_of
  GROUP BY f.parent_account_id
) AS k
JOIN identity.account AS a ON a.account_id = k.parent_account_id
CROSS JOIN warehouse.money_unit AS u;
COMMENT ON VIEW bi.parent_health IS 'Health of accounts that others name as their parent, from its children three ways. Unknown children are left out of health and show in arr_coverage.';
COMMENT ON COLUMN bi.parent_health.as_of IS 'Business day of the scores.';
COMMENT ON COLUMN bi.parent_health.run_id IS 'Scoring run.';
COMMENT ON COLUMN bi.parent_health.parent_account_id IS 'The parent.';
COMMENT ON COLUMN bi.parent_health.parent_key IS 'The id people use.';
COMMENT ON COLUMN bi.parent_health.children IS 'Its children that are customers.';
COMMENT ON COLUMN bi.parent_health.known IS 'Of them, with a health.';
COMMENT ON COLUMN bi.parent_health.health_arr_weighted IS 'Health 0..100, weighted by ARR; null when those known pay nothing.';
COMMENT ON COLUMN bi.parent_health.arr_weighted_numerator IS 'Exactly: sum of ARR in minor units times health in basis points.';
COMMENT ON COLUMN bi.parent_health.arr_weighted_denominator IS 'Exactly: sum of ARR in minor units.';
COMMENT ON COLUMN bi.parent_health.health_mean IS 'The plain mean, 0..100.';
COMMENT ON COLUMN bi.parent_health.mean_numerator IS 'Exactly: sum of health in basis points; the denominator is known.';
COMMENT ON COLUMN bi.parent_health.health_worst IS 'The lowest, 0..100.';
COMMENT ON COLUMN bi.parent_health.arr_coverage IS 'arr_known / arr, 0..1; null when nobody pays.';
COMMENT ON COLUMN bi.parent_health.arr_known IS 'ARR of children with a health.';
COMMENT ON COLUMN bi.parent_health.arr IS 'ARR of all children.';

GRANT SELECT ON ALL TABLES IN SCHEMA bi TO kenko_bi;
