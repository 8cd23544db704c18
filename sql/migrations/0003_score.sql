-- What scoring makes and what outreach says.

CREATE TABLE score.scorecard (
  scorecard_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  sha256 text NOT NULL,
  body text NOT NULL,
  label text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (name, sha256)
);
COMMENT ON TABLE score.scorecard IS 'Every version of every scorecard, by content; immutable.';
COMMENT ON COLUMN score.scorecard.scorecard_id IS 'Surrogate.';
COMMENT ON COLUMN score.scorecard.name IS 'As in its file.';
COMMENT ON COLUMN score.scorecard.sha256 IS 'SHA-256 of scorecard and the metrics it reads, in hex.';
COMMENT ON COLUMN score.scorecard.body IS 'The YAML text.';
COMMENT ON COLUMN score.scorecard.label IS 'Shown name.';
COMMENT ON COLUMN score.scorecard.created_at IS 'Server time it was first used.';

CREATE TABLE score.measure (
  scorecard_id bigint NOT NULL REFERENCES score.scorecard,
  ordinal integer NOT NULL CHECK (ordinal >= 1),
  name text NOT NULL,
  label text NOT NULL,
  group_name text NOT NULL,
  group_label text NOT NULL,
  metric text NOT NULL,
  unit text NOT NULL DEFAULT '',
  direction text NOT NULL CHECK (direction IN ('up', 'down', 'none')),
  weight bigint NOT NULL,
  sentence text NOT NULL DEFAULT '',
  PRIMARY KEY (scorecard_id, ordinal)
);
COMMENT ON TABLE score.measure IS 'The measures of a scorecard in the order of account_score''s arrays.';
COMMENT ON COLUMN score.measure.scorecard_id IS 'The scorecard version.';
COMMENT ON COLUMN score.measure.ordinal IS 'Index into the arrays, from 1.';
COMMENT ON COLUMN score.measure.name IS 'As in the file.';
COMMENT ON COLUMN score.measure.label IS 'Shown name.';
COMMENT ON COLUMN score.measure.group_name IS 'Its group.';
COMMENT ON COLUMN score.measure.group_label IS 'Shown name of the group.';
COMMENT ON COLUMN score.measure.metric IS 'The metric it judges.';
COMMENT ON COLUMN score.measure.unit IS 'Unit of the metric.';
COMMENT ON COLUMN score.measure.direction IS 'up: higher is healthier; down: lower is.';
COMMENT ON COLUMN score.measure.weight IS 'Weight within the scorecard, as written.';
COMMENT ON COLUMN score.measure.sentence IS 'What it says in words, with {value}.';

CREATE TABLE score.model (
  model_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  state text NOT NULL CHECK (state IN ('active', 'shadow', 'retired', 'refused')),
  horizon_days integer NOT NULL CHECK (horizon_days > 0),
  trained_as_of date NOT NULL,
  known_no bigint NOT NULL,
  sha256 text NOT NULL,
  body jsonb NOT NULL,
  evaluation jsonb NOT NULL DEFAULT '{}',
  rows_used bigint NOT NULL,
  events_used bigint NOT NULL,
  message text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX model_active ON score.model (name) WHERE state = 'active';
COMMENT ON TABLE score.model IS 'Fitted churn models, and refusals to fit with their reason.';
COMMENT ON COLUMN score.model.model_id IS 'Surrogate.';
COMMENT ON COLUMN score.model.name IS 'churn unless configured otherwise.';
COMMENT ON COLUMN score.model.state IS 'active (speaks), shadow (scored beside it), retired, refused (too few events; the scorecard alone speaks).';
COMMENT ON COLUMN score.model.horizon_days IS 'Length of one period of the hazard in days.';
COMMENT ON COLUMN score.model.trained_as_of IS 'Last day whose facts it saw.';
COMMENT ON COLUMN score.model.known_no IS 'Commit number it was trained at.';
COMMENT ON COLUMN score.model.sha256 IS 'Of body.';
COMMENT ON COLUMN score.model.body IS 'Coefficients, tables and what they need; numbers with 17 digits.';
COMMENT ON COLUMN score.model.evaluation IS 'AUC, calibration and the like on held-out time.';
COMMENT ON COLUMN score.model.rows_used IS 'Account-periods.';
COMMENT ON COLUMN score.model.events_used IS 'Churn events among them.';
COMMENT ON COLUMN score.model.message IS 'A clear word, for people.';
COMMENT ON COLUMN score.model.created_at IS 'Server time.';

CREATE TABLE score.feature (
  model_id bigint NOT NULL REFERENCES score.model,
  ordinal integer NOT NULL CHECK (ordinal >= 1),
  name text NOT NULL,
  label text NOT NULL,
  unit text NOT NULL DEFAULT '',
  PRIMARY KEY (model_id, ordinal)
);
COMMENT ON TABLE score.feature IS 'The features of a model in the order of account_score.risk_contribution.';
COMMENT ON COLUMN score.feature.model_id IS 'The model.';
COMMENT ON COLUMN score.feature.ordinal IS 'Index, from 1.';
COMMENT ON COLUMN score.feature.name IS 'Metric or tenure.';
COMMENT ON COLUMN score.feature.label IS 'Shown name.';
COMMENT ON COLUMN score.feature.unit IS 'Unit.';

CREATE TABLE score.run (
  run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_run_id bigint,
  as_of date NOT NULL,
  known_no bigint NOT NULL,
  known_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'complete', 'failed')),
  config_sha256 text NOT NULL,
  version text NOT NULL,
  scorecard_id bigint NOT NULL REFERENCES score.scorecard,
  model_id bigint REFERENCES score.model,
  input_sha256 text NOT NULL DEFAULT '',
  output_sha256 text NOT NULL DEFAULT '',
  accounts bigint NOT NULL DEFAULT 0,
  unknown_accounts bigint NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  model_message text NOT NULL DEFAULT ''
);
CREATE INDEX run_as_of ON score.run (as_of, run_id);
COMMENT ON TABLE score.run IS 'One scoring of all accounts for one as-of day.';
COMMENT ON COLUMN score.run.run_id IS 'Surrogate, shown to people.';
COMMENT ON COLUMN score.run.job_run_id IS 'ops.job_run.';
COMMENT ON COLUMN score.run.as_of IS 'Business day D: facts before D 00:00 there.';
COMMENT ON COLUMN score.run.known_no IS 'Commit number K: loads up to it count.';
COMMENT ON COLUMN score.run.known_at IS 'Server time K was taken.';
COMMENT ON COLUMN score.run.state IS 'running, complete, failed.';
COMMENT ON COLUMN score.run.config_sha256 IS 'Of metrics, scorecard and churn definition together.';
COMMENT ON COLUMN score.run.version IS 'kenko''s version.';
COMMENT ON COLUMN score.run.scorecard_id IS 'The scorecard version of most accounts.';
COMMENT ON COLUMN score.run.model_id IS 'The model that spoke; null when none did.';
COMMENT ON COLUMN score.run.input_sha256 IS 'Digest of all metric values by account key.';
COMMENT ON COLUMN score.run.output_sha256 IS 'Digest of all results by account key.';
COMMENT ON COLUMN score.run.accounts IS 'Accounts scored.';
COMMENT ON COLUMN score.run.unknown_accounts IS 'Of them Unknown.';
COMMENT ON COLUMN score.run.started_at IS 'Server time.';
COMMENT ON COLUMN score.run.finished_at IS 'Server time.';
COMMENT ON COLUMN score.run.model_message IS 'Why there is no risk, when there is none.';

CREATE TABLE score.published (
  as_of date NOT NULL PRIMARY KEY,
  run_id bigint NOT NULL REFERENCES score.run,
  published_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE score.published IS 'The pointer readers follow: which run speaks for a day. The newest as_of is "current".';
COMMENT ON COLUMN score.published.as_of IS 'The day.';
COMMENT ON COLUMN score.published.run_id IS 'The run that speaks for it.';
COMMENT ON COLUMN score.published.published_at IS 'Server time of the flip.';

CREATE TABLE score.account_score (
  account_id bigint NOT NULL,
  as_of date NOT NULL,
  run_id bigint NOT NULL,
  role text NOT NULL DEFAULT 'champion' CHECK (role IN ('champion', 'shadow')),
  scorecard_id bigint NOT NULL,
  rule text NOT NULL DEFAULT 'default',
  health_bp integer CHECK (health_bp BETWEEN 0 AND 10000),
  lower_bp integer NOT NULL CHECK (lower_bp BETWEEN 0 AND 10000),
  upper_bp integer NOT NULL CHECK (upper_bp BETWEEN 0 AND 10000),
  raw_band text NOT NULL,
  band text NOT NULL,
  coverage_bp integer NOT NULL CHECK (coverage_bp BETWEEN 0 AND 10000),
  effective_bp integer CHECK (effective_bp BETWEEN 0 AND 10000),
  override_note text,
  p_churn_1e9 bigint CHECK (p_churn_1e9 BETWEEN 0 AND 1000000000),
  p_lower_1e9 bigint CHECK (p_lower_1e9 BETWEEN 0 AND 1000000000),
  p_upper_1e9 bigint CHECK (p_upper_1e9 BETWEEN 0 AND 1000000000),
  risk_percentile_bp integer CHECK (risk_percentile_bp BETWEEN 0 AND 10000),
  stage text NOT NULL DEFAULT '',
  arr_minor bigint NOT NULL DEFAULT 0,
  renewal_on date,
  metric_value double precision[] NOT NULL,
  metric_quality text[] NOT NULL,
  measure_bp integer[] NOT NULL,
  contribution_bp integer[] NOT NULL,
  lost_bp integer[] NOT NULL,
  risk_contribution double precision[],
  PRIMARY KEY (account_id, as_of, run_id, role)
) PARTITION BY RANGE (as_of);
CREATE INDEX account_score_run ON score.account_score (run_id);
COMMENT ON TABLE score.account_score IS 'One account''s result in one run.';
COMMENT ON COLUMN score.account_score.account_id IS 'identity.account.';
COMMENT ON COLUMN score.account_score.as_of IS 'The run''s day.';
COMMENT ON COLUMN score.account_score.run_id IS 'score.run.';
COMMENT ON COLUMN score.account_score.role IS 'champion is shown; shadow is compared.';
COMMENT ON COLUMN score.account_score.scorecard_id IS 'The scorecard that applied to this account.';
COMMENT ON COLUMN score.account_score.rule IS 'The assignment rule that chose it.';
COMMENT ON COLUMN score.account_score.health_bp IS 'Computed health, 0..10000, higher is healthier; null when no measure is usable.';
COMMENT ON COLUMN score.account_score.lower_bp IS 'Health were every missing measure 0.';
COMMENT ON COLUMN score.account_score.upper_bp IS 'Health were every missing measure 10000.';
COMMENT ON COLUMN score.account_score.raw_band IS 'Band of this day alone: Green, Yellow, Red, Unknown (names as configured).';
COMMENT ON COLUMN score.account_score.band IS 'Band with hysteresis; the one people see.';
COMMENT ON COLUMN score.account_score.coverage_bp IS 'Weight of usable measures over weight of applicable ones.';
COMMENT ON COLUMN score.account_score.effective_bp IS 'Health after caps and overrides.';
COMMENT ON COLUMN score.account_score.override_note IS 'Which cap or override bound, and why.';
COMMENT ON COLUMN score.account_score.p_churn_1e9 IS 'Probability of churn within 90 days, in 1e-9; null when the model abstained.';
COMMENT ON COLUMN score.account_score.p_lower_1e9 IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN score.account_score.p_upper_1e9 IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN score.account_score.risk_percentile_bp IS 'Share of accounts with a lower risk.';
COMMENT ON COLUMN score.account_score.stage IS 'Lifecycle stage.';
COMMENT ON COLUMN score.account_score.arr_minor IS 'ARR on as_of in minor units of the reporting currency.';
COMMENT ON COLUMN score.account_score.renewal_on IS 'Next contract end after as_of.';
COMMENT ON COLUMN score.account_score.metric_value IS 'Raw value behind each measure; null when there is none.';
COMMENT ON COLUMN score.account_score.metric_quality IS 'ok, no_data, stale, not_applicable or error for each measure.';
COMMENT ON COLUMN score.account_score.measure_bp IS 'Normalised measure, null when not usable.';
COMMENT ON COLUMN score.account_score.contribution_bp IS 'What each measure brings; they add up to health_bp.';
COMMENT ON COLUMN score.account_score.lost_bp IS 'What each measure costs against 10000; they add up to 10000 - health_bp.';
COMMENT ON COLUMN score.account_score.risk_contribution IS 'Log-odds each feature adds, intercept last; they add up to the log-odds of one period.';

CREATE TABLE outreach.outbox (
  outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  period text NOT NULL,
  channel text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'unknown', 'dead')),
  run_id bigint,
  content_type text NOT NULL,
  payload bytea NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  answer text NOT NULL DEFAULT '',
  UNIQUE (kind, period, channel)
);
COMMENT ON TABLE outreach.outbox IS 'Messages on their way out. Unique on (kind, period, channel): nothing goes out twice.';
COMMENT ON COLUMN outreach.outbox.outbox_id IS 'Surrogate.';
COMMENT ON COLUMN outreach.outbox.kind IS 'weekly, digest …';
COMMENT ON COLUMN outreach.outbox.period IS 'e.g. 2026-W47 or 2026-11-24.';
COMMENT ON COLUMN outreach.outbox.channel IS 'Channel name of the configuration.';
COMMENT ON COLUMN outreach.outbox.state IS 'pending, sending, sent, failed (will be tried again), unknown (answer lost; never sent again by itself), dead.';
COMMENT ON COLUMN outreach.outbox.run_id IS 'score.run it speaks of.';
COMMENT ON COLUMN outreach.outbox.content_type IS 'Of payload.';
COMMENT ON COLUMN outreach.outbox.payload IS 'Exactly the bytes sent.';
COMMENT ON COLUMN outreach.outbox.attempts IS 'Tries so far.';
COMMENT ON COLUMN outreach.outbox.next_at IS 'Not before.';
COMMENT ON COLUMN outreach.outbox.created_at IS 'Server time.';
COMMENT ON COLUMN outreach.outbox.sent_at IS 'Server time.';
COMMENT ON COLUMN outreach.outbox.answer IS 'What the receiver said, at most 200 characters.';

CREATE TABLE outreach.override (
  override_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES identity.account,
  kind text NOT NULL CHECK (kind IN ('cap', 'floor', 'set')),
  value_bp integer NOT NULL CHECK (value_bp BETWEEN 0 AND 10000),
  reason text NOT NULL CHECK (reason <> ''),
  author text NOT NULL,
  valid_from date NOT NULL,
  expires_on date NOT NULL,
  load_id bigint NOT NULL REFERENCES ops.load,
  CHECK (valid_from < expires_on)
);
COMMENT ON TABLE outreach.override IS 'A person''s word over the computed health, with reason and expiry; append-only, the newest visible one wins.';
COMMENT ON COLUMN outreach.override.override_id IS 'Surrogate.';
COMMENT ON COLUMN outreach.override.account_id IS 'About whom.';
COMMENT ON COLUMN outreach.override.kind IS 'cap (at most), floor (at least), set.';
COMMENT ON COLUMN outreach.override.value_bp IS '0..10000.';
COMMENT ON COLUMN outreach.override.reason IS 'Why.';
COMMENT ON COLUMN outreach.override.author IS 'Who.';
COMMENT ON COLUMN outreach.override.valid_from IS 'First as-of day it holds for.';
COMMENT ON COLUMN outreach.override.expires_on IS 'Day after the last.';
COMMENT ON COLUMN outreach.override.load_id IS 'The load that brought it.';

INSERT INTO ops.placement (relation, kind, key) VALUES
  ('ops.placement', 'local', NULL), ('ops.setting', 'local', NULL), ('ops.config', 'local', NULL),
  ('ops.migration', 'local', NULL), ('ops.clock', 'local', NULL), ('ops.job_run', 'local', NULL),
  ('ops.fence', 'local', NULL), ('ops.load', 'local', NULL), ('ops.load_ignored', 'local', NULL),
  ('ops.file', 'local', NULL), ('ops.reject', 'local', NULL), ('ops.seen', 'local', NULL),
  ('ops.api_key', 'local', NULL),
  ('identity.staff', 'reference', NULL), ('identity.account', 'reference', NULL),
  ('identity.party', 'reference', NULL), ('identity.member', 'reference', NULL),
  ('warehouse.metric', 'reference', NULL), ('warehouse.subject', 'reference', NULL),
  ('warehouse.usage_span', 'distributed', 'party_id'), ('warehouse.account', 'distributed', 'party_id'),
  ('warehouse.subscription', 'distributed', 'party_id'), ('warehouse.contact', 'distributed', 'party_id'),
  ('warehouse.job', 'distributed', 'party_id'), ('warehouse.incident', 'reference', NULL),
  ('warehouse.incident_account', 'distributed', 'party_id'), ('warehouse.ticket', 'distributed', 'party_id'),
  ('warehouse.touchpoint', 'distributed', 'party_id'), ('warehouse.survey_response', 'distributed', 'party_id'),
  ('warehouse.milestone', 'distributed', 'party_id'), ('warehouse.sentiment', 'distributed', 'party_id'),
  ('warehouse.fx_rate', 'reference', NULL),
  ('score.scorecard', 'reference', NULL), ('score.measure', 'reference', NULL),
  ('score.model', 'reference', NULL), ('score.feature', 'reference', NULL), ('score.run', 'reference', NULL),
  ('score.published', 'reference', NULL), ('score.account_score', 'distributed', 'account_id'),
  ('outreach.outbox', 'local', NULL), ('outreach.override', 'local', NULL);

-- Roles: owners of nothing, members of nobody; a login is granted one of them.
DO $roles$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['kenko_ingest', 'kenko_score', 'kenko_report', 'kenko_api', 'kenko_bi'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', role_name);
    END IF;
  END LOOP;
END
$roles$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA ops, identity, warehouse TO kenko_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ops, identity, warehouse TO kenko_ingest;
GRANT USAGE ON SCHEMA ops, identity, warehouse, score, outreach TO kenko_score, kenko_report;
GRANT SELECT ON ALL TABLES IN SCHEMA ops, identity, warehouse, score, outreach TO kenko_score, kenko_report;
REVOKE SELECT ON ops.api_key, ops.seen FROM kenko_score, kenko_report;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA score TO kenko_score;
GRANT INSERT, UPDATE ON ops.job_run, ops.fence, ops.config TO kenko_score, kenko_report;
GRANT INSERT, UPDATE ON outreach.outbox TO kenko_report;
GRANT USAGE ON SCHEMA ops, identity, warehouse, score, outreach TO kenko_api;
GRANT SELECT ON ALL TABLES IN SCHEMA identity, score TO kenko_api;
GRANT SELECT ON warehouse.account, warehouse.subscription, warehouse.incident, warehouse.incident_account,
  warehouse.ticket, warehouse.metric, ops.load, ops.job_run, ops.api_key, ops.clock, ops.setting TO kenko_api;
GRANT USAGE ON SCHEMA bi TO kenko_bi;
