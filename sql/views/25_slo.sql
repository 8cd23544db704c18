-- Service levels, faults and incidents as dashboards read them; stored with the published run.

CREATE OR REPLACE VIEW bi.slo_daily AS
SELECT
  s.as_of, s.account_id, a.key AS account_key, s.slo, s.label, s.service, s.unit,
  s.objective_1e9 / 1e9::numeric AS objective, s.total, s.total - s.bad AS good, s.bad, s.platform,
  s.bad - s.platform AS customer, s.excluded,
  (s.total - s.spent)::numeric / nullif(s.total, 0) AS sli,
  1 - s.spent * 1e9::numeric / nullif(s.total * (1e9::numeric - s.objective_1e9), 0) AS budget_left,
  s.wilson_low AS sli_low, s.wilson_high AS sli_high, s.state, s.verdict, s.firing
FROM score.slo_result AS s
JOIN score.published AS p ON p.as_of = s.as_of
JOIN identity.account AS a ON a.account_id = s.account_id;
COMMENT ON VIEW bi.slo_daily IS 'Service levels of slo.yaml by account on every published day; windows end at the start of the day.';
COMMENT ON COLUMN bi.slo_daily.as_of IS 'Business day at whose start the window ends.';
COMMENT ON COLUMN bi.slo_daily.account_id IS 'Account.';
COMMENT ON COLUMN bi.slo_daily.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.slo_daily.slo IS 'Name of the service level.';
COMMENT ON COLUMN bi.slo_daily.label IS 'What people call it.';
COMMENT ON COLUMN bi.slo_daily.service IS 'transfer or ui.';
COMMENT ON COLUMN bi.slo_daily.unit IS 'What is counted.';
COMMENT ON COLUMN bi.slo_daily.objective IS 'What the account is promised, 0..1.';
COMMENT ON COLUMN bi.slo_daily.total IS 'Counted in the window.';
COMMENT ON COLUMN bi.slo_daily.good IS 'Of them good.';
COMMENT ON COLUMN bi.slo_daily.bad IS 'Of them bad.';
COMMENT ON COLUMN bi.slo_daily.platform IS 'Of the bad, by the platform''s fault; null where nobody says whose.';
COMMENT ON COLUMN bi.slo_daily.customer IS 'Of the bad, by the customer''s own; null where nobody says whose.';
COMMENT ON COLUMN bi.slo_daily.excluded IS 'Left out by a declared exclusion.';
COMMENT ON COLUMN bi.slo_daily.sli IS 'Share reached, 0..1, of what spends the budget.';
COMMENT ON COLUMN bi.slo_daily.budget_left IS 'Share of the error budget that is left; below 0 is overspent.';
COMMENT ON COLUMN bi.slo_daily.sli_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN bi.slo_daily.sli_high IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN bi.slo_daily.state IS 'OK, WARNING, BREACHED or INSUFFICIENT_DATA.';
COMMENT ON COLUMN bi.slo_daily.verdict IS 'With too little data: below, above or undecided.';
COMMENT ON COLUMN bi.slo_daily.firing IS 'Burn pairs that fire.';

CREATE OR REPLACE VIEW bi.slo_current AS
SELECT
  d.as_of, d.account_id, d.account_key, a.name AS account_name, a.owner_email, d.slo, d.label, d.service,
  d.unit, d.objective, d.total, d.good, d.bad, d.platform, d.customer, d.excluded, d.sli, d.budget_left,
  d.sli_low, d.sli_high, d.state, d.verdict, d.firing
FROM bi.slo_daily AS d
JOIN score.current_run AS r ON r.as_of = d.as_of
LEFT JOIN warehouse.account_now AS a ON a.account_id = d.account_id;
COMMENT ON VIEW bi.slo_current IS 'Service levels by account on the newest published day.';
COMMENT ON COLUMN bi.slo_current.as_of IS 'Business day at whose start the window ends.';
COMMENT ON COLUMN bi.slo_current.account_id IS 'Account.';
COMMENT ON COLUMN bi.slo_current.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.slo_current.account_name IS 'Name.';
COMMENT ON COLUMN bi.slo_current.owner_email IS 'Customer-success owner.';
COMMENT ON COLUMN bi.slo_current.slo IS 'Name of the service level.';
COMMENT ON COLUMN bi.slo_current.label IS 'What people call it.';
COMMENT ON COLUMN bi.slo_current.service IS 'transfer or ui.';
COMMENT ON COLUMN bi.slo_current.unit IS 'What is counted.';
COMMENT ON COLUMN bi.slo_current.objective IS 'What the account is promised, 0..1.';
COMMENT ON COLUMN bi.slo_current.total IS 'Counted in the window.';
COMMENT ON COLUMN bi.slo_current.good IS 'Of them good.';
COMMENT ON COLUMN bi.slo_current.bad IS 'Of them bad.';
COMMENT ON COLUMN bi.slo_current.platform IS 'Of the bad, by the platform''s fault; null where nobody says whose.';
COMMENT ON COLUMN bi.slo_current.customer IS 'Of the bad, by the customer''s own; null where nobody says whose.';
COMMENT ON COLUMN bi.slo_current.excluded IS 'Left out by a declared exclusion.';
COMMENT ON COLUMN bi.slo_current.sli IS 'Share reached, 0..1, of what spends the budget.';
COMMENT ON COLUMN bi.slo_current.budget_left IS 'Share of the error budget that is left; below 0 is overspent.';
COMMENT ON COLUMN bi.slo_current.sli_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN bi.slo_current.sli_high IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN bi.slo_current.state IS 'OK, WARNING, BREACHED or INSUFFICIENT_DATA.';
COMMENT ON COLUMN bi.slo_current.verdict IS 'With too little data: below, above or undecided.';
COMMENT ON COLUMN bi.slo_current.firing IS 'Burn pairs that fire.';

CREATE OR REPLACE VIEW bi.job_fault AS
SELECT
  f.account_id, a.key AS account_key, f.external_id AS run, f.finished_at, f.connector, f.ran, f.failed,
  f.tail AS by_chance, f.is_burst, f.incident, f.fault, f.as_of
FROM score.job_fault AS f
JOIN identity.account AS a ON a.account_id = f.account_id;
COMMENT ON VIEW bi.job_fault IS 'Whose fault each failed run was, with what the verdict rests on.';
COMMENT ON COLUMN bi.job_fault.account_id IS 'Account.';
COMMENT ON COLUMN bi.job_fault.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.job_fault.run IS 'The run''s id in its source.';
COMMENT ON COLUMN bi.job_fault.finished_at IS 'When it failed.';
COMMENT ON COLUMN bi.job_fault.connector IS 'Connector.';
COMMENT ON COLUMN bi.job_fault.ran IS 'Customers with a run of the connector that ended about then.';
COMMENT ON COLUMN bi.job_fault.failed IS 'Of them, those with one that failed.';
COMMENT ON COLUMN bi.job_fault.by_chance IS 'Probability of so many or more by chance; null without a declared baseline.';
COMMENT ON COLUMN bi.job_fault.is_burst IS 'More failed than chance explains.';
COMMENT ON COLUMN bi.job_fault.incident IS 'The declared incident that held it.';
COMMENT ON COLUMN bi.job_fault.fault IS 'platform or customer.';
COMMENT ON COLUMN bi.job_fault.as_of IS 'The day whose run said so first.';

CREATE OR REPLACE VIEW bi.incident_exposure AS
SELECT
  e.incident, e.title, e.severity, e.cause, e.component, e.started_at, e.resolved_at, e.account_id,
  k.key AS account_key, e.minutes, e.arr_minor / u.minor AS arr, e.failed_runs,
  before.effective_bp / 100.0 AS health_before, after.effective_bp / 100.0 AS health_after,
  (after.effective_bp - before.effective_bp) / 100.0 AS health_change, before.as_of AS before_on,
  after.as_of AS after_on, e.as_of
FROM score.incident_exposure AS e
JOIN identity.account AS k ON k.account_id = e.account_id
CROSS JOIN warehouse.money_unit AS u
LEFT JOIN LATERAL (
  SELECT s.effective_bp, s.as_of
  FROM score.account_published AS s
  WHERE s.account_id = e.account_id AND s.as_of <= e.started_on AND s.as_of > e.started_on - 31
  ORDER BY s.as_of DESC
  LIMIT 1
) AS before ON true
LEFT JOIN LATERAL (
  SELECT s.effective_bp, s.as_of
  FROM score.account_published AS s
  WHERE s.account_id = e.account_id AND s.as_of >= e.started_on + 7 AND s.as_of < e.started_on + 38
  ORDER BY s.as_of
  LIMIT 1
) AS after ON true;
COMMENT ON VIEW bi.incident_exposure IS 'What each incident touched: whom, for how long, what they paid, and their health before and at least a week after.';
COMMENT ON COLUMN bi.incident_exposure.incident IS 'source/id.';
COMMENT ON COLUMN bi.incident_exposure.title IS 'Title.';
COMMENT ON COLUMN bi.incident_exposure.severity IS 'Severity as the source says it.';
COMMENT ON COLUMN bi.incident_exposure.cause IS 'platform or customer.';
COMMENT ON COLUMN bi.incident_exposure.component IS 'What failed.';
COMMENT ON COLUMN bi.incident_exposure.started_at IS 'Start.';
COMMENT ON COLUMN bi.incident_exposure.resolved_at IS 'End; null while it lasts.';
COMMENT ON COLUMN bi.incident_exposure.account_id IS 'Account.';
COMMENT ON COLUMN bi.incident_exposure.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.incident_exposure.minutes IS 'How long it touched the account.';
COMMENT ON COLUMN bi.incident_exposure.arr IS 'ARR on the day it started, in the reporting currency.';
COMMENT ON COLUMN bi.incident_exposure.failed_runs IS 'Failed runs that it is blamed for.';
COMMENT ON COLUMN bi.incident_exposure.health_before IS 'Health of the last published day of the month up to its start; null when there is none.';
COMMENT ON COLUMN bi.incident_exposure.health_after IS 'Health of the first published day of the month that begins a week after its start; null when there is none yet.';
COMMENT ON COLUMN bi.incident_exposure.health_change IS 'health_after less health_before: what came together, not what caused it.';
COMMENT ON COLUMN bi.incident_exposure.before_on IS 'Day of health_before.';
COMMENT ON COLUMN bi.incident_exposure.after_on IS 'Day of health_after.';
COMMENT ON COLUMN bi.incident_exposure.as_of IS 'The day whose run said whom it touched.';

GRANT SELECT ON bi.slo_daily, bi.slo_current, bi.job_fault, bi.incident_exposure TO kenko_bi;
