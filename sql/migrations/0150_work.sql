-- What people say and do about customers, and the answers that are given once.

CREATE TABLE outreach.note (
  note_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES identity.account,
  body text NOT NULL CHECK (body <> ''),
  author text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  is_deleted boolean NOT NULL DEFAULT false,
  deleted_by text,
  changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX note_account ON outreach.note (account_id, note_id);
COMMENT ON TABLE outreach.note IS 'What somebody wrote about a customer.';
COMMENT ON COLUMN outreach.note.note_id IS 'Surrogate.';
COMMENT ON COLUMN outreach.note.account_id IS 'About whom.';
COMMENT ON COLUMN outreach.note.body IS 'The text.';
COMMENT ON COLUMN outreach.note.author IS 'Who wrote it.';
COMMENT ON COLUMN outreach.note.created_at IS 'Server time.';
COMMENT ON COLUMN outreach.note.is_deleted IS 'It was taken back and is not shown.';
COMMENT ON COLUMN outreach.note.deleted_by IS 'Who took it back.';
COMMENT ON COLUMN outreach.note.changed_at IS 'Server time of the last change.';

CREATE TABLE outreach.task (
  task_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES identity.account,
  title text NOT NULL CHECK (title <> ''),
  detail text NOT NULL DEFAULT '',
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dropped')),
  due_on date,
  assignee text NOT NULL,
  outcome text NOT NULL DEFAULT '',
  author text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  revision integer NOT NULL DEFAULT 1
);
CREATE INDEX task_account ON outreach.task (account_id, task_id);
CREATE INDEX task_open ON outreach.task (assignee, due_on) WHERE state = 'open';
COMMENT ON TABLE outreach.task IS 'What somebody has to do about a customer.';
COMMENT ON COLUMN outreach.task.task_id IS 'Surrogate.';
COMMENT ON COLUMN outreach.task.account_id IS 'About whom.';
COMMENT ON COLUMN outreach.task.title IS 'What to do.';
COMMENT ON COLUMN outreach.task.detail IS 'More about it.';
COMMENT ON COLUMN outreach.task.state IS 'open, done or dropped.';
COMMENT ON COLUMN outreach.task.due_on IS 'Business day it should be done by.';
COMMENT ON COLUMN outreach.task.assignee IS 'Who does it: an address of identity.staff, or the owner of a key.';
COMMENT ON COLUMN outreach.task.outcome IS 'What came of it.';
COMMENT ON COLUMN outreach.task.author IS 'Who asked for it.';
COMMENT ON COLUMN outreach.task.created_at IS 'Server time.';
COMMENT ON COLUMN outreach.task.changed_by IS 'Who changed it last.';
COMMENT ON COLUMN outreach.task.changed_at IS 'Server time of that.';
COMMENT ON COLUMN outreach.task.revision IS 'Grows with every change, so that nobody overwrites what he has not seen.';

CREATE TABLE outreach.acknowledgement (
  acknowledgement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES identity.account,
  what text NOT NULL CHECK (what <> ''),
  note text NOT NULL DEFAULT '',
  until_on date,
  author text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX acknowledgement_account ON outreach.acknowledgement (account_id, acknowledgement_id);
COMMENT ON TABLE outreach.acknowledgement IS 'Somebody has seen something about a customer; append-only, the newest about the same thing counts.';
COMMENT ON COLUMN outreach.acknowledgement.acknowledgement_id IS 'Surrogate.';
COMMENT ON COLUMN outreach.acknowledgement.account_id IS 'About whom.';
COMMENT ON COLUMN outreach.acknowledgement.what IS 'What was seen: risk, the name of an alert or of an indicator.';
COMMENT ON COLUMN outreach.acknowledgement.note IS 'What was said to it.';
COMMENT ON COLUMN outreach.acknowledgement.until_on IS 'Business day from which it counts as unseen again; null: until it changes.';
COMMENT ON COLUMN outreach.acknowledgement.author IS 'Who.';
COMMENT ON COLUMN outreach.acknowledgement.created_at IS 'Server time.';

CREATE TABLE outreach.mute (
  mute_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES identity.account,
  what text NOT NULL DEFAULT '',
  reason text NOT NULL CHECK (reason <> ''),
  until_on date NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  is_ended boolean NOT NULL DEFAULT false,
  ended_by text,
  changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mute_account ON outreach.mute (account_id, mute_id);
COMMENT ON TABLE outreach.mute IS 'Nothing is sent about a customer for a while. Scores and lists stay as they are.';
COMMENT ON COLUMN outreach.mute.mute_id IS 'Surrogate.';
COMMENT ON COLUMN outreach.mute.account_id IS 'About whom.';
COMMENT ON COLUMN outreach.mute.what IS 'The alert that is silent; empty: all of them.';
COMMENT ON COLUMN outreach.mute.reason IS 'Why.';
COMMENT ON COLUMN outreach.mute.until_on IS 'First business day on which it is loud again.';
COMMENT ON COLUMN outreach.mute.author IS 'Who.';
COMMENT ON COLUMN outreach.mute.created_at IS 'Server time.';
COMMENT ON COLUMN outreach.mute.is_ended IS 'It was ended early.';
COMMENT ON COLUMN outreach.mute.ended_by IS 'By whom.';
COMMENT ON COLUMN outreach.mute.changed_at IS 'Server time of the last change.';

CREATE TABLE outreach.saved_view (
  view_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner text NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  query jsonb NOT NULL,
  is_shared boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (owner, name)
);
COMMENT ON TABLE outreach.saved_view IS 'Filters that somebody keeps under a name.';
COMMENT ON COLUMN outreach.saved_view.view_id IS 'Surrogate.';
COMMENT ON COLUMN outreach.saved_view.owner IS 'Whose it is.';
COMMENT ON COLUMN outreach.saved_view.name IS 'Shown name.';
COMMENT ON COLUMN outreach.saved_view.query IS 'The filters, as whoever shows them wrote them.';
COMMENT ON COLUMN outreach.saved_view.is_shared IS 'Others may use it.';
COMMENT ON COLUMN outreach.saved_view.created_at IS 'Server time.';
COMMENT ON COLUMN outreach.saved_view.changed_at IS 'Server time of the last change.';

CREATE TABLE outreach.preference (
  owner text PRIMARY KEY,
  settings jsonb NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE outreach.preference IS 'How somebody likes to see things.';
COMMENT ON COLUMN outreach.preference.owner IS 'Whose they are.';
COMMENT ON COLUMN outreach.preference.settings IS 'As whoever shows things wrote them.';
COMMENT ON COLUMN outreach.preference.changed_at IS 'Server time of the last change.';

CREATE TABLE ops.idempotency (
  key_id text NOT NULL,
  name text NOT NULL,
  request_sha256 bytea NOT NULL,
  status integer NOT NULL DEFAULT 0,
  body bytea NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (key_id, name)
);
CREATE INDEX idempotency_created ON ops.idempotency (created_at);
COMMENT ON TABLE ops.idempotency IS 'Answers to writes that came with an Idempotency-Key, for a day: the same request again gets the same answer and writes nothing.';
COMMENT ON COLUMN ops.idempotency.key_id IS 'API key that wrote.';
COMMENT ON COLUMN ops.idempotency.name IS 'The Idempotency-Key.';
COMMENT ON COLUMN ops.idempotency.request_sha256 IS 'Of method, target and body: another request with the key is refused.';
COMMENT ON COLUMN ops.idempotency.status IS 'Status of the answer; 0 only within its transaction.';
COMMENT ON COLUMN ops.idempotency.body IS 'The answer.';
COMMENT ON COLUMN ops.idempotency.created_at IS 'Server time.';

INSERT INTO ops.placement (relation, kind, key) VALUES
  ('outreach.note', 'local', NULL), ('outreach.task', 'local', NULL),
  ('outreach.acknowledgement', 'local', NULL), ('outreach.mute', 'local', NULL),
  ('outreach.saved_view', 'local', NULL), ('outreach.preference', 'local', NULL),
  ('ops.idempotency', 'local', NULL);
GRANT SELECT, INSERT, UPDATE ON outreach.note, outreach.task, outreach.acknowledgement, outreach.mute TO kenko_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON outreach.saved_view, outreach.preference, ops.idempotency TO kenko_api;
GRANT SELECT ON outreach.note, outreach.task, outreach.acknowledgement, outreach.mute TO kenko_report, kenko_score;
GRANT SELECT ON warehouse.touchpoint, warehouse.survey_response, warehouse.milestone, warehouse.sentiment,
  outreach.override, ops.reject, ops.load_ignored TO kenko_api;
