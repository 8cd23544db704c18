-- Revenue as readers see it: made anew by the scoring job for the run they follow, so that dashboards
-- read rows and not a computation over all contracts.

CREATE FUNCTION warehouse.currency_minor(code text) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT CASE
    WHEN code IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 1000.0
    WHEN code IN ('JPY', 'KRW', 'VND', 'CLP', 'ISK', 'XAF', 'XOF', 'XPF', 'PYG', 'UGX', 'RWF', 'KMF', 'GNF',
        'DJF', 'BIF', 'VUV') THEN 1.0
    ELSE 100.0
  END
$body$;
COMMENT ON FUNCTION warehouse.currency_minor(text) IS 'Minor units in one unit of a currency (ISO 4217).';

CREATE TABLE score.revenue (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  as_of date NOT NULL,
  known_no bigint NOT NULL,
  basis text NOT NULL,
  currency text NOT NULL,
  definition text NOT NULL
);
COMMENT ON TABLE score.revenue IS 'What the tables of revenue are of. One row.';
COMMENT ON COLUMN score.revenue.only_row IS 'Always true.';
COMMENT ON COLUMN score.revenue.as_of IS 'Business day: facts before it.';
COMMENT ON COLUMN score.revenue.known_no IS 'Commit number of the run.';
COMMENT ON COLUMN score.revenue.basis IS 'What they follow from: run, loads and configuration; when it is the same they stand.';
COMMENT ON COLUMN score.revenue.currency IS 'Reporting currency.';
COMMENT ON COLUMN score.revenue.definition IS 'Churn definition of the losses: contract_end, downgrade, contraction or inactivity.';

CREATE TABLE score.arr_moved (
  account_id bigint NOT NULL,
  scope text NOT NULL,
  period date NOT NULL,
  currency text NOT NULL,
  movement text NOT NULL CHECK (movement IN ('new', 'resurrection', 'expansion', 'contraction', 'churn')),
  start_minor bigint NOT NULL,
  end_minor bigint NOT NULL,
  PRIMARY KEY (account_id, scope, period)
);
COMMENT ON TABLE score.arr_moved IS 'ARR movements of accounts over the months that are over.';
COMMENT ON COLUMN score.arr_moved.account_id IS 'Account.';
COMMENT ON COLUMN score.arr_moved.scope IS 'all: every contract, in the reporting currency; a currency: only contracts in it, in its own unit.';
COMMENT ON COLUMN score.arr_moved.period IS 'First day of the month.';
COMMENT ON COLUMN score.arr_moved.currency IS 'Currency of the amounts.';
COMMENT ON COLUMN score.arr_moved.movement IS 'What it did; see docs/method.md.';
COMMENT ON COLUMN score.arr_moved.start_minor IS 'ARR on the last day before the month, in minor units at that day''s rates.';
COMMENT ON COLUMN score.arr_moved.end_minor IS 'ARR on its last day, at the same rates.';

CREATE TABLE score.arr_period (
  scope text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('month', 'quarter', 'year')),
  period date NOT NULL,
  days integer NOT NULL,
  currency text NOT NULL,
  start_minor bigint NOT NULL,
  new_minor bigint NOT NULL,
  resurrection_minor bigint NOT NULL,
  expansion_minor bigint NOT NULL,
  contraction_minor bigint NOT NULL,
  churn_minor bigint NOT NULL,
  n_start bigint NOT NULL,
  n_new bigint NOT NULL,
  n_resurrection bigint NOT NULL,
  n_expansion bigint NOT NULL,
  n_contraction bigint NOT NULL,
  n_churn bigint NOT NULL,
  PRIMARY KEY (scope, kind, period)
);
COMMENT ON TABLE score.arr_period IS 'ARR movements of all accounts, by month, quarter and year.';
COMMENT ON COLUMN score.arr_period.scope IS 'As in arr_moved.';
COMMENT ON COLUMN score.arr_period.kind IS 'month, quarter or year; only those that are over.';
COMMENT ON COLUMN score.arr_period.period IS 'Its first day.';
COMMENT ON COLUMN score.arr_period.days IS 'Its length.';
COMMENT ON COLUMN score.arr_period.currency IS 'Currency of the amounts.';
COMMENT ON COLUMN score.arr_period.start_minor IS 'ARR on the last day before it, in minor units at that day''s rates.';
COMMENT ON COLUMN score.arr_period.new_minor IS 'Of accounts that never paid before.';
COMMENT ON COLUMN score.arr_period.resurrection_minor IS 'Of accounts that came back.';
COMMENT ON COLUMN score.arr_period.expansion_minor IS 'Of accounts that pay more.';
COMMENT ON COLUMN score.arr_period.contraction_minor IS 'Of accounts that pay less; negative.';
COMMENT ON COLUMN score.arr_period.churn_minor IS 'Of accounts that pay nothing any more; negative.';
COMMENT ON COLUMN score.arr_period.n_start IS 'Accounts that paid on the last day before it.';
COMMENT ON COLUMN score.arr_period.n_new IS 'New accounts.';
COMMENT ON COLUMN score.arr_period.n_resurrection IS 'Accounts that came back.';
COMMENT ON COLUMN score.arr_period.n_expansion IS 'Accounts that expanded.';
COMMENT ON COLUMN score.arr_period.n_contraction IS 'Accounts that contracted.';
COMMENT ON COLUMN score.arr_period.n_churn IS 'Accounts that left.';

CREATE TABLE score.cohort_cell (
  cohort date NOT NULL,
  age integer NOT NULL,
  day date NOT NULL,
  n bigint NOT NULL,
  base_minor bigint NOT NULL,
  retained bigint,
  arr_minor bigint,
  kept_minor bigint,
  PRIMARY KEY (cohort, age)
);
COMMENT ON TABLE score.cohort_cell IS 'Who began to pay in the same month, at each age in months.';
COMMENT ON COLUMN score.cohort_cell.cohort IS 'First day of the month.';
COMMENT ON COLUMN score.cohort_cell.age IS 'Months since; 0 is the last day of the first month.';
COMMENT ON COLUMN score.cohort_cell.day IS 'The day looked at.';
COMMENT ON COLUMN score.cohort_cell.n IS 'Accounts in the cohort.';
COMMENT ON COLUMN score.cohort_cell.base_minor IS 'ARR on the first day of each, in minor units at that day''s rates.';
COMMENT ON COLUMN score.cohort_cell.retained IS 'Accounts that pay on the day; null when it has not passed.';
COMMENT ON COLUMN score.cohort_cell.arr_minor IS 'ARR on the day; null when it has not passed.';
COMMENT ON COLUMN score.cohort_cell.kept_minor IS 'The same, of each at most its first; null when it has not passed.';

CREATE TABLE score.renewal (
  account_id bigint NOT NULL,
  ordinal integer NOT NULL,
  renewal_on date NOT NULL,
  product text NOT NULL,
  arr_minor bigint NOT NULL,
  is_renewed boolean NOT NULL,
  p_churn_1e9 bigint,
  PRIMARY KEY (account_id, ordinal)
);
COMMENT ON TABLE score.renewal IS 'Contracts with a price that end within a year of the run''s day.';
COMMENT ON COLUMN score.renewal.account_id IS 'Account.';
COMMENT ON COLUMN score.renewal.ordinal IS 'Order by day, over all accounts.';
COMMENT ON COLUMN score.renewal.renewal_on IS 'The contract''s end.';
COMMENT ON COLUMN score.renewal.product IS 'Product.';
COMMENT ON COLUMN score.renewal.arr_minor IS 'Its ARR in minor units of the reporting currency, at the rates of the run''s day.';
COMMENT ON COLUMN score.renewal.is_renewed IS 'A contract of the same product follows within the gap.';
COMMENT ON COLUMN score.renewal.p_churn_1e9 IS 'Probability that the account is lost by the end of that day, in 1e-9; null when nobody says.';

CREATE TABLE score.loss (
  account_id bigint NOT NULL,
  churned_on date NOT NULL,
  seen_by text NOT NULL,
  arr_minor bigint NOT NULL,
  reason text NOT NULL,
  competitor text NOT NULL,
  lead_first_days integer,
  lead_last_days integer,
  band_180 text NOT NULL,
  band_90 text NOT NULL,
  band_60 text NOT NULL,
  band_30 text NOT NULL,
  PRIMARY KEY (account_id, churned_on)
);
COMMENT ON TABLE score.loss IS 'Lives as customers that ended, by the churn definition.';
COMMENT ON COLUMN score.loss.account_id IS 'Account.';
COMMENT ON COLUMN score.loss.churned_on IS 'First day it was no customer, or paid less.';
COMMENT ON COLUMN score.loss.seen_by IS 'contract end, downgrade, contraction or silence.';
COMMENT ON COLUMN score.loss.arr_minor IS 'ARR that went, in minor units of the reporting currency at that day''s rates.';
COMMENT ON COLUMN score.loss.reason IS 'Why, as a contract records it; empty when none does.';
COMMENT ON COLUMN score.loss.competitor IS 'To whom, as a contract records it.';
COMMENT ON COLUMN score.loss.lead_first_days IS 'Days from the first sustained Red (three days on end) to the loss; null when there was none.';
COMMENT ON COLUMN score.loss.lead_last_days IS 'Days from the last sustained Red.';
COMMENT ON COLUMN score.loss.band_180 IS 'Published band 180 days before; Unknown when the day was not scored.';
COMMENT ON COLUMN score.loss.band_90 IS 'The same 90 days before.';
COMMENT ON COLUMN score.loss.band_60 IS 'The same 60 days before.';
COMMENT ON COLUMN score.loss.band_30 IS 'The same 30 days before.';

CREATE TABLE score.forecast (
  quarter date PRIMARY KEY,
  forecast_on date NOT NULL,
  risk_as_of date,
  n bigint NOT NULL,
  arr_minor bigint NOT NULL,
  n_without_risk bigint NOT NULL,
  without_risk_minor bigint NOT NULL,
  expected_minor bigint NOT NULL,
  arr_p10 bigint NOT NULL,
  arr_p50 bigint NOT NULL,
  arr_p90 bigint NOT NULL,
  n_p10 bigint NOT NULL,
  n_p50 bigint NOT NULL,
  n_p90 bigint NOT NULL,
  step_minor bigint NOT NULL,
  n_lost bigint,
  lost_minor bigint
);
COMMENT ON TABLE score.forecast IS 'What the renewals of a quarter may cost, and of past quarters what they did.';
COMMENT ON COLUMN score.forecast.quarter IS 'Its first day.';
COMMENT ON COLUMN score.forecast.forecast_on IS 'The day whose facts it is of; of a past quarter its first.';
COMMENT ON COLUMN score.forecast.risk_as_of IS 'Day of the run that said the risks; null when none did.';
COMMENT ON COLUMN score.forecast.n IS 'Accounts with open renewals and a risk.';
COMMENT ON COLUMN score.forecast.arr_minor IS 'What they renew, in minor units of the reporting currency.';
COMMENT ON COLUMN score.forecast.n_without_risk IS 'Accounts nobody says a risk of: in no other figure.';
COMMENT ON COLUMN score.forecast.without_risk_minor IS 'What they renew.';
COMMENT ON COLUMN score.forecast.expected_minor IS 'Sum of ARR times probability.';
COMMENT ON COLUMN score.forecast.arr_p10 IS 'The least ARR lost with a probability of no more of 10 %.';
COMMENT ON COLUMN score.forecast.arr_p50 IS 'The same of 50 %.';
COMMENT ON COLUMN score.forecast.arr_p90 IS 'The same of 90 %.';
COMMENT ON COLUMN score.forecast.n_p10 IS 'The same of accounts lost, 10 %.';
COMMENT ON COLUMN score.forecast.n_p50 IS 'The same of 50 %.';
COMMENT ON COLUMN score.forecast.n_p90 IS 'The same of 90 %.';
COMMENT ON COLUMN score.forecast.step_minor IS '1: the distribution is exact; else amounts were in such steps.';
COMMENT ON COLUMN score.forecast.n_lost IS 'Of a past quarter: how many of n were lost.';
COMMENT ON COLUMN score.forecast.lost_minor IS 'Of a past quarter: their ARR.';

INSERT INTO ops.placement (relation, kind, key) VALUES
  ('score.revenue', 'reference', NULL),
  ('score.arr_moved', 'distributed', 'account_id'),
  ('score.arr_period', 'reference', NULL),
  ('score.cohort_cell', 'reference', NULL),
  ('score.renewal', 'distributed', 'account_id'),
  ('score.loss', 'distributed', 'account_id'),
  ('score.forecast', 'reference', NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON score.revenue, score.arr_moved, score.arr_period, score.cohort_cell,
  score.renewal, score.loss, score.forecast TO kenko_score;
GRANT SELECT ON score.revenue, score.arr_moved, score.arr_period, score.cohort_cell, score.renewal, score.loss,
  score.forecast TO kenko_report, kenko_api;
