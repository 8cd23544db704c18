-- What customers were promised and got, stored with the published run so that dashboards read it.

CREATE TABLE score.slo_result (
  account_id bigint NOT NULL,
  as_of date NOT NULL,
  slo text NOT NULL,
  label text NOT NULL,
  service text NOT NULL,
  unit text NOT NULL,
  objective_1e9 bigint NOT NULL,
  total bigint NOT NULL,
  bad bigint NOT NULL,
  platform bigint,
  excluded bigint NOT NULL,
  spent bigint NOT NULL,
  wilson_low double precision,
  wilson_high double precision,
  state text NOT NULL CHECK (state IN ('OK', 'WARNING', 'BREACHED', 'INSUFFICIENT_DATA')),
  verdict text NOT NULL,
  firing text NOT NULL,
  PRIMARY KEY (account_id, as_of, slo)
);
CREATE INDEX slo_result_as_of ON score.slo_result (as_of);
COMMENT ON TABLE score.slo_result IS 'Service levels of slo.yaml by account at the start of each published day. Where nothing was counted there is no row.';
COMMENT ON COLUMN score.slo_result.account_id IS 'Account.';
COMMENT ON COLUMN score.slo_result.as_of IS 'Business day at whose start the windows end.';
COMMENT ON COLUMN score.slo_result.slo IS 'Its name in slo.yaml.';
COMMENT ON COLUMN score.slo_result.label IS 'What people call it.';
COMMENT ON COLUMN score.slo_result.service IS 'transfer or ui.';
COMMENT ON COLUMN score.slo_result.unit IS 'What is counted: runs, definition days, counts, days, seconds.';
COMMENT ON COLUMN score.slo_result.objective_1e9 IS 'What this account is promised, times 10^9.';
COMMENT ON COLUMN score.slo_result.total IS 'Counted in the window.';
COMMENT ON COLUMN score.slo_result.bad IS 'Of them bad.';
COMMENT ON COLUMN score.slo_result.platform IS 'Of the bad, by the platform''s fault; null where nobody says whose fault it was.';
COMMENT ON COLUMN score.slo_result.excluded IS 'Left out by a declared exclusion; not in total.';
COMMENT ON COLUMN score.slo_result.spent IS 'What spends the budget: bad, or platform.';
COMMENT ON COLUMN score.slo_result.wilson_low IS 'Lower end of Wilson''s 95 % interval of the share reached.';
COMMENT ON COLUMN score.slo_result.wilson_high IS 'Its upper end.';
COMMENT ON COLUMN score.slo_result.state IS 'OK, WARNING, BREACHED or INSUFFICIENT_DATA.';
COMMENT ON COLUMN score.slo_result.verdict IS 'With too little data: below, above or undecided; else empty.';
COMMENT ON COLUMN score.slo_result.firing IS 'Burn pairs that fire, with commas between.';

CREATE TABLE score.job_fault (
  account_id bigint NOT NULL,
  external_id text NOT NULL,
  finished_at timestamptz NOT NULL,
  connector text NOT NULL,
  ran bigint NOT NULL,
  failed bigint NOT NULL,
  tail double precision,
  is_burst boolean NOT NULL,
  incident text,
  fault text NOT NULL CHECK (fault IN ('platform', 'customer')),
  as_of date NOT NULL,
  PRIMARY KEY (account_id, finished_at, external_id)
);
CREATE INDEX job_fault_finished ON score.job_fault (finished_at);
COMMENT ON TABLE score.job_fault IS 'Whose fault each failed run was. The newest day''s run says it anew for the 35 days before; older rows stay as they were said.';
COMMENT ON COLUMN score.job_fault.account_id IS 'Whose run.';
COMMENT ON COLUMN score.job_fault.external_id IS 'The run''s id in its source.';
COMMENT ON COLUMN score.job_fault.finished_at IS 'When it failed.';
COMMENT ON COLUMN score.job_fault.connector IS 'Connector.';
COMMENT ON COLUMN score.job_fault.ran IS 'Customers with a run of the connector that ended within the window about it.';
COMMENT ON COLUMN score.job_fault.failed IS 'Of them, those with one that failed.';
COMMENT ON COLUMN score.job_fault.tail IS 'Probability of so many or more by chance; null without a declared baseline.';
COMMENT ON COLUMN score.job_fault.is_burst IS 'More failed than chance explains.';
COMMENT ON COLUMN score.job_fault.incident IS 'The declared incident that held it: source/id.';
COMMENT ON COLUMN score.job_fault.fault IS 'platform or customer.';
COMMENT ON COLUMN score.job_fault.as_of IS 'The day whose run said so.';

CREATE TABLE score.incident_exposure (
  account_id bigint NOT NULL,
  incident text NOT NULL,
  title text NOT NULL,
  severity text NOT NULL,
  cause text NOT NULL,
  component text NOT NULL,
  started_at timestamptz NOT NULL,
  resolved_at timestamptz,
  started_on date NOT NULL,
  minutes bigint NOT NULL,
  arr_minor bigint NOT NULL,
  failed_runs bigint NOT NULL,
  as_of date NOT NULL,
  PRIMARY KEY (account_id, incident)
);
CREATE INDEX incident_exposure_started ON score.incident_exposure (started_at);
COMMENT ON TABLE score.incident_exposure IS 'Which incident touched which account, for how long, and what it paid then. The newest day''s run says it anew for the 92 days before.';
COMMENT ON COLUMN score.incident_exposure.account_id IS 'Who was touched.';
COMMENT ON COLUMN score.incident_exposure.incident IS 'source/id.';
COMMENT ON COLUMN score.incident_exposure.title IS 'Title.';
COMMENT ON COLUMN score.incident_exposure.severity IS 'Severity as the source says it.';
COMMENT ON COLUMN score.incident_exposure.cause IS 'platform or customer.';
COMMENT ON COLUMN score.incident_exposure.component IS 'What failed.';
COMMENT ON COLUMN score.incident_exposure.started_at IS 'Start.';
COMMENT ON COLUMN score.incident_exposure.resolved_at IS 'End; null while it lasts.';
COMMENT ON COLUMN score.incident_exposure.started_on IS 'Business day of the start.';
COMMENT ON COLUMN score.incident_exposure.minutes IS 'How long it touched the account, up to the day.';
COMMENT ON COLUMN score.incident_exposure.arr_minor IS 'ARR on the day it started, in minor units of the reporting currency.';
COMMENT ON COLUMN score.incident_exposure.failed_runs IS 'Failed runs that it is blamed for.';
COMMENT ON COLUMN score.incident_exposure.as_of IS 'The day whose run said so.';

INSERT INTO ops.placement (relation, kind, key) VALUES
  ('score.slo_result', 'distributed', 'account_id'), ('score.job_fault', 'distributed', 'account_id'),
  ('score.incident_exposure', 'distributed', 'account_id');
GRANT SELECT, INSERT, UPDATE, DELETE ON score.slo_result, score.job_fault, score.incident_exposure TO kenko_score;
GRANT SELECT ON score.slo_result, score.job_fault, score.incident_exposure TO kenko_report, kenko_api;
