-- The warehouse, version 1. One organisation per database. Facts are append-only and carry the load
-- that brought them; what was known at commit number K is: the rows of every load with
-- commit_no <= K and (undone_no is null or undone_no > K); where rows speak of the same thing, the
-- newest visible one wins.

CREATE SCHEMA identity;
CREATE SCHEMA warehouse;
CREATE SCHEMA score;
CREATE SCHEMA outreach;
CREATE SCHEMA bi;
COMMENT ON SCHEMA identity IS 'Who a fact is about: sources'' parties and the accounts they belong to.';
COMMENT ON SCHEMA warehouse IS 'Facts from the sources, each with the load that brought it.';
COMMENT ON SCHEMA score IS 'Scorecards, models, runs and their results.';
COMMENT ON SCHEMA outreach IS 'What was said to whom: outbox, alerts, tasks.';
COMMENT ON SCHEMA bi IS 'Stable views for dashboards; the only schema they read.';

-- ── ops: how the work goes ────────────────────────────────────────────────────────────────────────

CREATE TABLE ops.placement (
  relation text NOT NULL PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('distributed', 'reference', 'local')),
  key text,
  CHECK ((kind = 'distributed') = (key IS NOT NULL))
);
COMMENT ON TABLE ops.placement IS 'Where each table lives on a distributed engine; on plain PostgreSQL it is only a record.';
COMMENT ON COLUMN ops.placement.relation IS 'Schema-qualified table.';
COMMENT ON COLUMN ops.placement.kind IS 'distributed by key, reference (a copy everywhere) or local (coordinator only).';
COMMENT ON COLUMN ops.placement.key IS 'Distribution column.';

CREATE TABLE ops.setting (
  name text NOT NULL PRIMARY KEY,
  value text NOT NULL
);
COMMENT ON TABLE ops.setting IS 'Decisions fixed at init: time_zone, currency, organisation, digest_key, cursor_key.';
COMMENT ON COLUMN ops.setting.name IS 'What is decided.';
COMMENT ON COLUMN ops.setting.value IS 'The decision, as text.';

CREATE TABLE ops.config (
  config_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  name text NOT NULL,
  sha256 text NOT NULL,
  body text NOT NULL,
  author text NOT NULL DEFAULT '',
  note text NOT NULL DEFAULT '',
  commit_no bigint NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (kind, name, sha256)
);
COMMENT ON TABLE ops.config IS 'Every version of every configuration file a job has used, by content.';
COMMENT ON COLUMN ops.config.config_id IS 'Surrogate.';
COMMENT ON COLUMN ops.config.kind IS 'kenko, metrics, scorecard, alerts.';
COMMENT ON COLUMN ops.config.name IS 'File name, or the scorecard''s name.';
COMMENT ON COLUMN ops.config.sha256 IS 'SHA-256 of body in hex.';
COMMENT ON COLUMN ops.config.body IS 'The text as it was; secrets stand in it only as references.';
COMMENT ON COLUMN ops.config.author IS 'Who activated it.';
COMMENT ON COLUMN ops.config.note IS 'Why.';
COMMENT ON COLUMN ops.config.commit_no IS 'First commit number it was used at.';
COMMENT ON COLUMN ops.config.seen_at IS 'Server time it was first used.';

CREATE TABLE ops.clock (
  one boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
  commit_no bigint NOT NULL,
  known_floor bigint NOT NULL DEFAULT 0,
  floor_day date
);
INSERT INTO ops.clock (one, commit_no) VALUES (true, 0);
COMMENT ON TABLE ops.clock IS 'One row, locked as the last statement before COMMIT: gives each load its commit number, so numbers follow commits.';
COMMENT ON COLUMN ops.clock.one IS 'Always true: there is one clock.';
COMMENT ON COLUMN ops.clock.commit_no IS 'The last number given.';
COMMENT ON COLUMN ops.clock.known_floor IS 'A known-at below this number is refused: compaction merged values of several loads.';
COMMENT ON COLUMN ops.clock.floor_day IS 'Business day the floor stands for, for messages.';

CREATE TABLE ops.job_run (
  run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job text NOT NULL,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed', 'interrupted', 'lost')),
  fence bigint NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  host text NOT NULL DEFAULT '',
  pid integer NOT NULL DEFAULT 0,
  version text NOT NULL DEFAULT '',
  error_kind text,
  message text,
  counters jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX job_run_job ON ops.job_run (job, run_id DESC);
COMMENT ON TABLE ops.job_run IS 'One run of one job.';
COMMENT ON COLUMN ops.job_run.run_id IS 'Surrogate, shown to people.';
COMMENT ON COLUMN ops.job_run.job IS 'The lock''s name: ingest:SOURCE, score, train, report:weekly …';
COMMENT ON COLUMN ops.job_run.state IS 'running, done, failed, interrupted (SIGTERM after the batch), lost (a later run found it without heartbeat).';
COMMENT ON COLUMN ops.job_run.fence IS 'Grows with each run of the job; a batch commits only while its run still holds the newest fence.';
COMMENT ON COLUMN ops.job_run.started_at IS 'Server time.';
COMMENT ON COLUMN ops.job_run.heartbeat_at IS 'Server time of the last sign of life.';
COMMENT ON COLUMN ops.job_run.finished_at IS 'Server time.';
COMMENT ON COLUMN ops.job_run.host IS 'Machine.';
COMMENT ON COLUMN ops.job_run.pid IS 'Process.';
COMMENT ON COLUMN ops.job_run.version IS 'kenko''s version.';
COMMENT ON COLUMN ops.job_run.error_kind IS 'Kind of the error that ended it.';
COMMENT ON COLUMN ops.job_run.message IS 'Its message, without data.';
COMMENT ON COLUMN ops.job_run.counters IS 'What it did, by name.';

CREATE TABLE ops.fence (
  job text NOT NULL PRIMARY KEY,
  fence bigint NOT NULL
);
COMMENT ON TABLE ops.fence IS 'The newest fence of each job.';
COMMENT ON COLUMN ops.fence.job IS 'As in job_run.';
COMMENT ON COLUMN ops.fence.fence IS 'The newest number given.';

CREATE TABLE ops.load (
  load_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id bigint REFERENCES ops.job_run,
  kind text NOT NULL CHECK (kind IN ('ingest', 'identity', 'undo', 'compact')),
  source text NOT NULL,
  stream text NOT NULL,
  file text NOT NULL DEFAULT '',
  commit_no bigint,
  undone_no bigint,
  undone_by text,
  committed_at timestamptz NOT NULL DEFAULT now(),
  read_count bigint NOT NULL DEFAULT 0,
  loaded bigint NOT NULL DEFAULT 0,
  duplicate bigint NOT NULL DEFAULT 0,
  ignored bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  rounded bigint NOT NULL DEFAULT 0,
  replaced_chars bigint NOT NULL DEFAULT 0,
  from_offset bigint NOT NULL DEFAULT 0,
  to_offset bigint NOT NULL DEFAULT 0,
  message text NOT NULL DEFAULT '',
  CONSTRAINT load_reconciles CHECK (read_count = loaded + duplicate + ignored + rejected)
);
CREATE UNIQUE INDEX load_commit ON ops.load (commit_no);
CREATE INDEX load_source ON ops.load (source, stream, load_id);
COMMENT ON TABLE ops.load IS 'One committed batch. Every record read in it ended as exactly one of loaded, duplicate, ignored, rejected.';
COMMENT ON COLUMN ops.load.load_id IS 'Surrogate, shown to people; facts carry it.';
COMMENT ON COLUMN ops.load.run_id IS 'The job run that made it.';
COMMENT ON COLUMN ops.load.kind IS 'ingest, identity (link, merge, split, matching), undo, compact.';
COMMENT ON COLUMN ops.load.source IS 'Source name of the configuration; identity for identity loads.';
COMMENT ON COLUMN ops.load.stream IS 'Stream, e.g. usage_event.';
COMMENT ON COLUMN ops.load.file IS 'File the batch was read from, relative to the configuration directory.';
COMMENT ON COLUMN ops.load.commit_no IS 'Order of commits; given under the clock''s lock.';
COMMENT ON COLUMN ops.load.undone_no IS 'Commit number from which the load no longer counts.';
COMMENT ON COLUMN ops.load.undone_by IS 'Who retracted it and why.';
COMMENT ON COLUMN ops.load.committed_at IS 'Server time of the batch.';
COMMENT ON COLUMN ops.load.read_count IS 'Records read.';
COMMENT ON COLUMN ops.load.loaded IS 'Records that became facts.';
COMMENT ON COLUMN ops.load.duplicate IS 'Records already known: same id, or unchanged.';
COMMENT ON COLUMN ops.load.ignored IS 'Records a named mapping rule leaves out.';
COMMENT ON COLUMN ops.load.rejected IS 'Records in ops.reject.';
COMMENT ON COLUMN ops.load.rounded IS 'Values with more decimals than their metric, rounded half away from zero.';
COMMENT ON COLUMN ops.load.replaced_chars IS 'NUL characters and lone surrogates replaced by U+FFFD.';
COMMENT ON COLUMN ops.load.from_offset IS 'First byte of the (decoded) file in this batch.';
COMMENT ON COLUMN ops.load.to_offset IS 'Byte after the last.';
COMMENT ON COLUMN ops.load.message IS 'Anything worth saying.';

CREATE TABLE ops.load_ignored (
  load_id bigint NOT NULL REFERENCES ops.load,
  rule text NOT NULL,
  records bigint NOT NULL CHECK (records > 0),
  PRIMARY KEY (load_id, rule)
);
COMMENT ON TABLE ops.load_ignored IS 'Which mapping rule left out how many records of a load.';
COMMENT ON COLUMN ops.load_ignored.load_id IS 'The load.';
COMMENT ON COLUMN ops.load_ignored.rule IS 'The rule''s name in the mapping.';
COMMENT ON COLUMN ops.load_ignored.records IS 'Records it left out.';

CREATE TABLE ops.file (
  source text NOT NULL,
  stream text NOT NULL,
  path text NOT NULL,
  generation integer NOT NULL DEFAULT 1,
  size bigint NOT NULL,
  position bigint NOT NULL,
  line bigint NOT NULL,
  prefix_hash bytea NOT NULL,
  content_hash bytea,
  header text NOT NULL DEFAULT '',
  complete boolean NOT NULL,
  first_load_id bigint NOT NULL,
  last_load_id bigint NOT NULL,
  PRIMARY KEY (source, stream, path)
);
CREATE INDEX file_content ON ops.file (source, stream, content_hash);
COMMENT ON TABLE ops.file IS 'How far each file was read: the watermark of file sources, committed with the facts.';
COMMENT ON COLUMN ops.file.source IS 'Source name.';
COMMENT ON COLUMN ops.file.stream IS 'Stream.';
COMMENT ON COLUMN ops.file.path IS 'Relative to the configuration directory.';
COMMENT ON COLUMN ops.file.generation IS 'Grows when changed content replaces the file.';
COMMENT ON COLUMN ops.file.size IS 'Decoded bytes seen.';
COMMENT ON COLUMN ops.file.position IS 'Decoded bytes whose records are committed.';
COMMENT ON COLUMN ops.file.line IS 'Lines before position, for messages.';
COMMENT ON COLUMN ops.file.prefix_hash IS 'Hash of the decoded bytes before position; a grown file has the same.';
COMMENT ON COLUMN ops.file.content_hash IS 'Hash of the whole decoded content once it was read to the end; the same content under another name is a duplicate.';
COMMENT ON COLUMN ops.file.header IS 'Header line of a CSV file, for reading on.';
COMMENT ON COLUMN ops.file.complete IS 'Was it read to its end?';
COMMENT ON COLUMN ops.file.first_load_id IS 'First load of this generation.';
COMMENT ON COLUMN ops.file.last_load_id IS 'Last load of this generation.';

CREATE TABLE ops.reject (
  load_id bigint NOT NULL REFERENCES ops.load,
  ordinal bigint NOT NULL,
  line bigint NOT NULL,
  at_column integer,
  field text NOT NULL DEFAULT '',
  reason text NOT NULL,
  message text NOT NULL,
  raw bytea NOT NULL,
  raw_size bigint NOT NULL,
  PRIMARY KEY (load_id, ordinal)
);
COMMENT ON TABLE ops.reject IS 'Records that could not become facts, with where and why.';
COMMENT ON COLUMN ops.reject.load_id IS 'The load that met it; source, stream and file are there.';
COMMENT ON COLUMN ops.reject.ordinal IS 'Position of the record within the file''s records.';
COMMENT ON COLUMN ops.reject.line IS 'Line in the file, from 1.';
COMMENT ON COLUMN ops.reject.at_column IS 'Column in the line, from 1, in bytes.';
COMMENT ON COLUMN ops.reject.field IS 'Source field.';
COMMENT ON COLUMN ops.reject.reason IS 'Stable reason code, e.g. bad_date.';
COMMENT ON COLUMN ops.reject.message IS 'What is wrong and what was wanted.';
COMMENT ON COLUMN ops.reject.raw IS 'The record''s first 4 KiB.';
COMMENT ON COLUMN ops.reject.raw_size IS 'Its whole size in bytes.';

CREATE TABLE ops.seen (
  source text NOT NULL,
  stream text NOT NULL,
  bucket smallint NOT NULL,
  load_id bigint NOT NULL,
  keys bytea NOT NULL,
  PRIMARY KEY (source, stream, bucket, load_id)
);
COMMENT ON TABLE ops.seen IS 'Ids of records already loaded, as sorted 128-bit keyed hashes in chunks.';
COMMENT ON COLUMN ops.seen.source IS 'Source name.';
COMMENT ON COLUMN ops.seen.stream IS 'Stream.';
COMMENT ON COLUMN ops.seen.bucket IS 'First byte of the hash.';
COMMENT ON COLUMN ops.seen.load_id IS 'Load that brought them; an undone load''s ids may come again.';
COMMENT ON COLUMN ops.seen.keys IS 'Sorted 16-byte hashes, one after the other.';

CREATE TABLE ops.api_key (
  key_id text NOT NULL PRIMARY KEY,
  secret_sha256 bytea NOT NULL,
  owner text NOT NULL,
  role text NOT NULL CHECK (role IN ('ingest', 'csm', 'lead', 'analyst', 'admin', 'auditor')),
  staff_id bigint,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  CHECK (role <> 'csm' OR staff_id IS NOT NULL)
);
COMMENT ON TABLE ops.api_key IS 'Keys of the API. Only a hash of the secret is stored.';
COMMENT ON COLUMN ops.api_key.key_id IS 'The 8 public characters after knk_.';
COMMENT ON COLUMN ops.api_key.secret_sha256 IS 'SHA-256 of the secret; it has 256 random bits.';
COMMENT ON COLUMN ops.api_key.owner IS 'Who answers for it.';
COMMENT ON COLUMN ops.api_key.role IS 'What it may do.';
COMMENT ON COLUMN ops.api_key.staff_id IS 'A csm key sees this person''s accounts only.';
COMMENT ON COLUMN ops.api_key.created_at IS 'Server time.';
COMMENT ON COLUMN ops.api_key.expires_at IS 'Not valid from here on.';
COMMENT ON COLUMN ops.api_key.revoked_at IS 'Not valid from here on.';
COMMENT ON COLUMN ops.api_key.last_used_at IS 'To the minute.';

-- ── identity: who a fact is about ─────────────────────────────────────────────────────────────────

CREATE TABLE identity.staff (
  staff_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL DEFAULT '',
  slack_id text,
  team text NOT NULL DEFAULT '',
  manager_id bigint REFERENCES identity.staff,
  time_zone text NOT NULL DEFAULT '',
  language text NOT NULL DEFAULT 'en'
);
COMMENT ON TABLE identity.staff IS 'Customer-success people: owners of accounts.';
COMMENT ON COLUMN identity.staff.staff_id IS 'Surrogate.';
COMMENT ON COLUMN identity.staff.email IS 'As the CRM knows the owner.';
COMMENT ON COLUMN identity.staff.name IS 'Shown name.';
COMMENT ON COLUMN identity.staff.slack_id IS 'For mentions.';
COMMENT ON COLUMN identity.staff.team IS 'Team.';
COMMENT ON COLUMN identity.staff.manager_id IS 'Whose digest sums theirs up.';
COMMENT ON COLUMN identity.staff.time_zone IS 'Of their digest; empty is the business zone.';
COMMENT ON COLUMN identity.staff.language IS 'en or ja.';

CREATE TABLE identity.account (
  account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE,
  created_load_id bigint NOT NULL
);
COMMENT ON TABLE identity.account IS 'A customer. What is known about it stands in warehouse.account; here is only that it exists.';
COMMENT ON COLUMN identity.account.account_id IS 'Surrogate; never used in digests.';
COMMENT ON COLUMN identity.account.key IS 'The id people use: the external id of the account record that made it.';
COMMENT ON COLUMN identity.account.created_load_id IS 'The load that made it.';

CREATE TABLE identity.party (
  party_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  external_id text NOT NULL,
  created_load_id bigint NOT NULL,
  UNIQUE (source, external_id)
);
COMMENT ON TABLE identity.party IS 'One per (source, external id), made at first sight and never moved. Every fact is keyed by a party.';
COMMENT ON COLUMN identity.party.party_id IS 'Surrogate and distribution key of facts.';
COMMENT ON COLUMN identity.party.source IS 'Source name, or the namespace the mapping gives.';
COMMENT ON COLUMN identity.party.external_id IS 'The source''s id of the customer, as written.';
COMMENT ON COLUMN identity.party.created_load_id IS 'The load that first saw it.';

CREATE TABLE identity.member (
  member_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  party_id bigint NOT NULL REFERENCES identity.party,
  account_id bigint REFERENCES identity.account,
  method text NOT NULL CHECK (method IN ('origin', 'alias', 'exact_id', 'salesforce_id', 'domain', 'legal_name', 'manual', 'merge', 'split')),
  confidence_bp integer NOT NULL CHECK (confidence_bp BETWEEN 0 AND 10000),
  valid_from date NOT NULL DEFAULT '-infinity',
  valid_to date NOT NULL DEFAULT 'infinity',
  load_id bigint NOT NULL REFERENCES ops.load,
  CHECK (valid_from < valid_to)
);
CREATE INDEX member_party ON identity.member (party_id, member_id);
CREATE INDEX member_load ON identity.member (load_id);
COMMENT ON TABLE identity.member IS 'Statements "this party belongs to this account", append-only. For a fact of day d known at K the newest visible statement whose range holds d wins; an account_id of null says "unresolved from now on".';
COMMENT ON COLUMN identity.member.member_id IS 'Order within one load.';
COMMENT ON COLUMN identity.member.party_id IS 'The party.';
COMMENT ON COLUMN identity.member.account_id IS 'The account, or null.';
COMMENT ON COLUMN identity.member.method IS 'How it was matched; origin is the account record itself.';
COMMENT ON COLUMN identity.member.confidence_bp IS '0..10000.';
COMMENT ON COLUMN identity.member.valid_from IS 'First business day it speaks of.';
COMMENT ON COLUMN identity.member.valid_to IS 'Day after the last.';
COMMENT ON COLUMN identity.member.load_id IS 'The load that said so.';

-- ── warehouse: facts ──────────────────────────────────────────────────────────────────────────────

CREATE TABLE warehouse.metric (
  metric_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  scale smallint NOT NULL CHECK (scale BETWEEN 0 AND 9),
  combine text NOT NULL CHECK (combine IN ('sum', 'max', 'min', 'latest')),
  unit text NOT NULL DEFAULT '',
  by text NOT NULL DEFAULT '',
  UNIQUE (name, scale, combine)
);
COMMENT ON TABLE warehouse.metric IS 'Usage as it is stored per party and day. A new scale or combine rule is a new metric id.';
COMMENT ON COLUMN warehouse.metric.metric_id IS 'Surrogate.';
COMMENT ON COLUMN warehouse.metric.name IS 'As in metrics.yaml, section usage.';
COMMENT ON COLUMN warehouse.metric.scale IS 'Decimals: a stored v means v / 10^scale units.';
COMMENT ON COLUMN warehouse.metric.combine IS 'How values of one day come together: sum, max, min, latest by event time with ties by record hash.';
COMMENT ON COLUMN warehouse.metric.unit IS 'Unit of the value.';
COMMENT ON COLUMN warehouse.metric.by IS 'What subject_id names: user, connector, feature …; empty when there is no subject.';

CREATE TABLE warehouse.subject (
  subject_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  by text NOT NULL,
  name text NOT NULL,
  UNIQUE (by, name)
);
COMMENT ON TABLE warehouse.subject IS 'Names behind usage_span.subject_id.';
COMMENT ON COLUMN warehouse.subject.subject_id IS 'Surrogate; 0 in usage_span means no subject.';
COMMENT ON COLUMN warehouse.subject.by IS 'user, connector, definition, feature …';
COMMENT ON COLUMN warehouse.subject.name IS 'The source''s id of it.';

CREATE TABLE warehouse.usage_span (
  party_id bigint NOT NULL,
  metric_id integer NOT NULL,
  subject_id bigint NOT NULL DEFAULT 0,
  month date NOT NULL,
  load_id bigint NOT NULL,
  first_day integer NOT NULL CHECK (first_day BETWEEN 1 AND 31),
  v bigint[] NOT NULL,
  at bigint[],
  tie bigint[],
  load_ids bigint[],
  PRIMARY KEY (party_id, metric_id, subject_id, month, load_id)
) PARTITION BY RANGE (month);
COMMENT ON TABLE warehouse.usage_span IS 'Usage: one row per party, metric, subject, month and load; v holds consecutive business days.';
COMMENT ON COLUMN warehouse.usage_span.party_id IS 'Whose usage.';
COMMENT ON COLUMN warehouse.usage_span.metric_id IS 'warehouse.metric.';
COMMENT ON COLUMN warehouse.usage_span.subject_id IS 'warehouse.subject, or 0.';
COMMENT ON COLUMN warehouse.usage_span.month IS 'First day of the month.';
COMMENT ON COLUMN warehouse.usage_span.load_id IS 'The load that brought it; for a compacted row the smallest of load_ids.';
COMMENT ON COLUMN warehouse.usage_span.first_day IS 'Day of the month of v[1].';
COMMENT ON COLUMN warehouse.usage_span.v IS 'Values in the metric''s scale; null is no fact, 0 is zero.';
COMMENT ON COLUMN warehouse.usage_span.at IS 'For combine latest: event time of each value in microseconds since 1970 UTC.';
COMMENT ON COLUMN warehouse.usage_span.tie IS 'For combine latest: record hash of each value, the greatest wins a tie.';
COMMENT ON COLUMN warehouse.usage_span.load_ids IS 'Of a compacted row: the load of each value.';

CREATE TABLE warehouse.account (
  party_id bigint NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  name text,
  domain text,
  owner_email text,
  plan text,
  segment text,
  industry text,
  region text,
  parent_id text,
  created_on date,
  PRIMARY KEY (party_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.account IS 'Versions of account records. The newest visible version wins: greatest changed_at, then commit number, ordinal.';
COMMENT ON COLUMN warehouse.account.party_id IS 'The record''s party.';
COMMENT ON COLUMN warehouse.account.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.account.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.account.hash IS 'Keyed hash of the mapped fields; an unchanged record is a duplicate.';
COMMENT ON COLUMN warehouse.account.changed_at IS 'When the source says it changed; null when the source does not say.';
COMMENT ON COLUMN warehouse.account.deleted IS 'The source deleted it.';
COMMENT ON COLUMN warehouse.account.name IS 'Name.';
COMMENT ON COLUMN warehouse.account.domain IS 'Mail domain, lower case.';
COMMENT ON COLUMN warehouse.account.owner_email IS 'Customer-success owner; identity.staff.email.';
COMMENT ON COLUMN warehouse.account.plan IS 'Plan.';
COMMENT ON COLUMN warehouse.account.segment IS 'Segment.';
COMMENT ON COLUMN warehouse.account.industry IS 'Industry.';
COMMENT ON COLUMN warehouse.account.region IS 'Region.';
COMMENT ON COLUMN warehouse.account.parent_id IS 'External id of the parent account in the same source.';
COMMENT ON COLUMN warehouse.account.created_on IS 'Business day the customer was won.';

CREATE TABLE warehouse.subscription (
  party_id bigint NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  product text,
  start_on date NOT NULL,
  end_on date,
  cancelled_on date,
  arr_minor bigint NOT NULL,
  currency text NOT NULL,
  billing_months bigint,
  auto_renew boolean,
  quantity bigint,
  churn_reason text,
  competitor text,
  PRIMARY KEY (party_id, external_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.subscription IS 'Versions of contracts. ARR on day d is the sum over visible contracts with start_on <= d < end_on.';
COMMENT ON COLUMN warehouse.subscription.party_id IS 'Whose contract.';
COMMENT ON COLUMN warehouse.subscription.external_id IS 'The contract''s id in the source.';
COMMENT ON COLUMN warehouse.subscription.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.subscription.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.subscription.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.subscription.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.subscription.deleted IS 'The source deleted it.';
COMMENT ON COLUMN warehouse.subscription.product IS 'Product.';
COMMENT ON COLUMN warehouse.subscription.start_on IS 'First day.';
COMMENT ON COLUMN warehouse.subscription.end_on IS 'Day after the last; the renewal date of a running contract. Null is open-ended.';
COMMENT ON COLUMN warehouse.subscription.cancelled_on IS 'Day notice was given, when known.';
COMMENT ON COLUMN warehouse.subscription.arr_minor IS 'Annual recurring revenue in minor units of currency.';
COMMENT ON COLUMN warehouse.subscription.currency IS 'ISO 4217.';
COMMENT ON COLUMN warehouse.subscription.billing_months IS 'Billing period in months.';
COMMENT ON COLUMN warehouse.subscription.auto_renew IS 'Renews by itself?';
COMMENT ON COLUMN warehouse.subscription.quantity IS 'Seats or units.';
COMMENT ON COLUMN warehouse.subscription.churn_reason IS 'Why it ended, when recorded.';
COMMENT ON COLUMN warehouse.subscription.competitor IS 'To whom, when recorded.';

CREATE TABLE warehouse.contact (
  party_id bigint NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  name text,
  email text,
  role text,
  left_on date,
  PRIMARY KEY (party_id, external_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.contact IS 'Versions of people at the customer. Personal data: optional, no score reads names or mail.';
COMMENT ON COLUMN warehouse.contact.party_id IS 'Whose contact.';
COMMENT ON COLUMN warehouse.contact.external_id IS 'The contact''s id in the source.';
COMMENT ON COLUMN warehouse.contact.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.contact.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.contact.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.contact.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.contact.deleted IS 'The source deleted it.';
COMMENT ON COLUMN warehouse.contact.name IS 'Name.';
COMMENT ON COLUMN warehouse.contact.email IS 'Mail address.';
COMMENT ON COLUMN warehouse.contact.role IS 'admin, champion, user, billing …';
COMMENT ON COLUMN warehouse.contact.left_on IS 'Day the person left.';

CREATE TABLE warehouse.job (
  party_id bigint NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  definition text,
  connector text,
  executor text,
  status text NOT NULL,
  created_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  row_count bigint,
  byte_count bigint,
  skipped_count bigint,
  PRIMARY KEY (party_id, external_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.job IS 'Versions of customers'' transfer runs.';
COMMENT ON COLUMN warehouse.job.party_id IS 'Whose run.';
COMMENT ON COLUMN warehouse.job.external_id IS 'The run''s id in the source.';
COMMENT ON COLUMN warehouse.job.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.job.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.job.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.job.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.job.deleted IS 'The source deleted it.';
COMMENT ON COLUMN warehouse.job.definition IS 'Job definition.';
COMMENT ON COLUMN warehouse.job.connector IS 'Connector pair.';
COMMENT ON COLUMN warehouse.job.executor IS 'Engine that ran it.';
COMMENT ON COLUMN warehouse.job.status IS 'success, error, canceled, skipped, running …';
COMMENT ON COLUMN warehouse.job.created_at IS 'Queued.';
COMMENT ON COLUMN warehouse.job.started_at IS 'Started.';
COMMENT ON COLUMN warehouse.job.finished_at IS 'Ended.';
COMMENT ON COLUMN warehouse.job.row_count IS 'Rows transferred.';
COMMENT ON COLUMN warehouse.job.byte_count IS 'Bytes transferred.';
COMMENT ON COLUMN warehouse.job.skipped_count IS 'Records skipped.';

CREATE TABLE warehouse.incident (
  source text NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  title text,
  severity text,
  cause text,
  component text,
  started_at timestamptz NOT NULL,
  resolved_at timestamptz,
  PRIMARY KEY (source, external_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.incident IS 'Versions of incidents; which accounts they touched is in incident_account.';
COMMENT ON COLUMN warehouse.incident.source IS 'Source name.';
COMMENT ON COLUMN warehouse.incident.external_id IS 'The incident''s id in the source.';
COMMENT ON COLUMN warehouse.incident.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.incident.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.incident.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.incident.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.incident.deleted IS 'The source deleted it.';
COMMENT ON COLUMN warehouse.incident.title IS 'Title.';
COMMENT ON COLUMN warehouse.incident.severity IS 'Severity as the source says it.';
COMMENT ON COLUMN warehouse.incident.cause IS 'platform or customer.';
COMMENT ON COLUMN warehouse.incident.component IS 'What failed: connector, ui, api …';
COMMENT ON COLUMN warehouse.incident.started_at IS 'Start.';
COMMENT ON COLUMN warehouse.incident.resolved_at IS 'End; null while it lasts.';

CREATE TABLE warehouse.incident_account (
  party_id bigint NOT NULL,
  source text NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  occurred_at timestamptz,
  minutes bigint,
  PRIMARY KEY (party_id, source, external_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.incident_account IS 'Versions of "this incident touched this party".';
COMMENT ON COLUMN warehouse.incident_account.party_id IS 'Who was touched.';
COMMENT ON COLUMN warehouse.incident_account.source IS 'Source of the incident.';
COMMENT ON COLUMN warehouse.incident_account.external_id IS 'The incident''s id in the source.';
COMMENT ON COLUMN warehouse.incident_account.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.incident_account.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.incident_account.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.incident_account.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.incident_account.deleted IS 'The link was taken back.';
COMMENT ON COLUMN warehouse.incident_account.occurred_at IS 'When the party was touched; null means from the incident''s start.';
COMMENT ON COLUMN warehouse.incident_account.minutes IS 'How long, in minutes.';

CREATE TABLE warehouse.ticket (
  party_id bigint NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  subject text,
  severity text,
  status text,
  opened_at timestamptz NOT NULL,
  first_reply_at timestamptz,
  solved_at timestamptz,
  reopened boolean,
  PRIMARY KEY (party_id, external_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.ticket IS 'Versions of support tickets.';
COMMENT ON COLUMN warehouse.ticket.party_id IS 'Whose ticket.';
COMMENT ON COLUMN warehouse.ticket.external_id IS 'The ticket''s id in the source.';
COMMENT ON COLUMN warehouse.ticket.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.ticket.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.ticket.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.ticket.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.ticket.deleted IS 'The source deleted it.';
COMMENT ON COLUMN warehouse.ticket.subject IS 'Subject line.';
COMMENT ON COLUMN warehouse.ticket.severity IS 'Severity or priority.';
COMMENT ON COLUMN warehouse.ticket.status IS 'open, pending, solved …';
COMMENT ON COLUMN warehouse.ticket.opened_at IS 'Opened.';
COMMENT ON COLUMN warehouse.ticket.first_reply_at IS 'First reply.';
COMMENT ON COLUMN warehouse.ticket.solved_at IS 'Solved.';
COMMENT ON COLUMN warehouse.ticket.reopened IS 'Was it opened again?';

CREATE TABLE warehouse.touchpoint (
  party_id bigint NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  kind text,
  occurred_at timestamptz NOT NULL,
  note text,
  PRIMARY KEY (party_id, external_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.touchpoint IS 'Versions of meetings, calls and mails between customer success and the customer.';
COMMENT ON COLUMN warehouse.touchpoint.party_id IS 'With whom.';
COMMENT ON COLUMN warehouse.touchpoint.external_id IS 'Id in the source.';
COMMENT ON COLUMN warehouse.touchpoint.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.touchpoint.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.touchpoint.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.touchpoint.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.touchpoint.deleted IS 'The source deleted it.';
COMMENT ON COLUMN warehouse.touchpoint.kind IS 'meeting, call, mail, qbr …';
COMMENT ON COLUMN warehouse.touchpoint.occurred_at IS 'When.';
COMMENT ON COLUMN warehouse.touchpoint.note IS 'One line.';

CREATE TABLE warehouse.survey_response (
  party_id bigint NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  kind text NOT NULL,
  answered_at timestamptz NOT NULL,
  value bigint NOT NULL,
  contact_id text,
  comment text,
  PRIMARY KEY (party_id, external_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.survey_response IS 'Versions of NPS and CSAT answers.';
COMMENT ON COLUMN warehouse.survey_response.party_id IS 'Whose answer.';
COMMENT ON COLUMN warehouse.survey_response.external_id IS 'Id in the source.';
COMMENT ON COLUMN warehouse.survey_response.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.survey_response.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.survey_response.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.survey_response.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.survey_response.deleted IS 'The source deleted it.';
COMMENT ON COLUMN warehouse.survey_response.kind IS 'nps (0..10) or csat (1..5).';
COMMENT ON COLUMN warehouse.survey_response.answered_at IS 'When.';
COMMENT ON COLUMN warehouse.survey_response.value IS 'The answer.';
COMMENT ON COLUMN warehouse.survey_response.contact_id IS 'Who answered.';
COMMENT ON COLUMN warehouse.survey_response.comment IS 'Free text.';

CREATE TABLE warehouse.milestone (
  party_id bigint NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  reached_at timestamptz NOT NULL,
  PRIMARY KEY (party_id, external_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.milestone IS 'Versions of onboarding milestones reached.';
COMMENT ON COLUMN warehouse.milestone.party_id IS 'Who reached it.';
COMMENT ON COLUMN warehouse.milestone.external_id IS 'Which milestone.';
COMMENT ON COLUMN warehouse.milestone.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.milestone.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.milestone.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.milestone.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.milestone.deleted IS 'It was taken back.';
COMMENT ON COLUMN warehouse.milestone.reached_at IS 'When.';

CREATE TABLE warehouse.sentiment (
  party_id bigint NOT NULL,
  external_id text NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  author_email text,
  value bigint NOT NULL CHECK (value BETWEEN 1 AND 5),
  reason text,
  set_at timestamptz NOT NULL,
  expires_on date,
  PRIMARY KEY (party_id, external_id, load_id, ordinal)
);
COMMENT ON TABLE warehouse.sentiment IS 'Versions of what the CSM feels about an account; expired means missing, never the last value.';
COMMENT ON COLUMN warehouse.sentiment.party_id IS 'About whom.';
COMMENT ON COLUMN warehouse.sentiment.external_id IS 'Id in the source.';
COMMENT ON COLUMN warehouse.sentiment.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.sentiment.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.sentiment.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.sentiment.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.sentiment.deleted IS 'It was taken back.';
COMMENT ON COLUMN warehouse.sentiment.author_email IS 'Who said so.';
COMMENT ON COLUMN warehouse.sentiment.value IS '1 (worst) to 5.';
COMMENT ON COLUMN warehouse.sentiment.reason IS 'Why.';
COMMENT ON COLUMN warehouse.sentiment.set_at IS 'When.';
COMMENT ON COLUMN warehouse.sentiment.expires_on IS 'Not counted from this day on; null is 90 days after set_at.';

CREATE TABLE warehouse.fx_rate (
  currency text NOT NULL,
  day date NOT NULL,
  load_id bigint NOT NULL,
  ordinal bigint NOT NULL,
  hash bytea NOT NULL,
  changed_at timestamptz,
  deleted boolean NOT NULL DEFAULT false,
  rate_1e9 bigint NOT NULL CHECK (rate_1e9 > 0),
  PRIMARY KEY (currency, day, load_id, ordinal)
);
COMMENT ON TABLE warehouse.fx_rate IS 'Versions of exchange rates: units of the reporting currency for one unit of currency.';
COMMENT ON COLUMN warehouse.fx_rate.currency IS 'ISO 4217.';
COMMENT ON COLUMN warehouse.fx_rate.day IS 'Valid from this day until the next one.';
COMMENT ON COLUMN warehouse.fx_rate.load_id IS 'The load that brought this version.';
COMMENT ON COLUMN warehouse.fx_rate.ordinal IS 'Order within the load.';
COMMENT ON COLUMN warehouse.fx_rate.hash IS 'Keyed hash of the mapped fields.';
COMMENT ON COLUMN warehouse.fx_rate.changed_at IS 'When the source says it changed.';
COMMENT ON COLUMN warehouse.fx_rate.deleted IS 'It was taken back.';
COMMENT ON COLUMN warehouse.fx_rate.rate_1e9 IS 'Rate times 10^9.';
