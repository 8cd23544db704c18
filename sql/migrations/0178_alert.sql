-- Alerts: what is not OK, what happened, and how far each rule was judged.

CREATE SEQUENCE outreach.alert_id_seq;

CREATE TABLE outreach.alert_rule (
  rule text PRIMARY KEY,
  label text NOT NULL,
  label_ja text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  checked_on date NOT NULL,
  run_id bigint NOT NULL
);
COMMENT ON TABLE outreach.alert_rule IS 'The rules of alerts.yaml as they were judged last. A run that was judged is not judged again.';
COMMENT ON COLUMN outreach.alert_rule.rule IS 'Its name.';
COMMENT ON COLUMN outreach.alert_rule.label IS 'What people call it.';
COMMENT ON COLUMN outreach.alert_rule.label_ja IS 'The same in Japanese.';
COMMENT ON COLUMN outreach.alert_rule.severity IS 'info, warning or critical.';
COMMENT ON COLUMN outreach.alert_rule.checked_on IS 'Newest published day it was judged on.';
COMMENT ON COLUMN outreach.alert_rule.run_id IS 'The run that spoke for that day then.';

CREATE TABLE outreach.alert_state (
  account_id bigint NOT NULL REFERENCES identity.account,
  rule text NOT NULL,
  since date,
  seen_on date,
  clear_since date,
  opened_on date,
  told_on date,
  cool_until date,
  escalated_on date,
  no_data_since date,
  severity text NOT NULL,
  alert_id bigint,
  acknowledgement_id bigint,
  mute_id bigint,
  as_of date NOT NULL,
  PRIMARY KEY (account_id, rule),
  CHECK ((opened_on IS NULL) = (alert_id IS NULL)),
  CHECK (opened_on IS NOT NULL OR since IS NOT NULL OR cool_until IS NOT NULL OR no_data_since IS NOT NULL)
);
CREATE INDEX alert_state_alert ON outreach.alert_state (alert_id) WHERE alert_id IS NOT NULL;
COMMENT ON TABLE outreach.alert_state IS 'How accounts stand to rules, where that is not simply OK. With opened_on an alert is open; else with since it is about to, with no_data_since it cannot be judged, with cool_until it was told not long ago.';
COMMENT ON COLUMN outreach.alert_state.account_id IS 'Account.';
COMMENT ON COLUMN outreach.alert_state.rule IS 'Rule.';
COMMENT ON COLUMN outreach.alert_state.since IS 'First of the days in a row on which its conditions held.';
COMMENT ON COLUMN outreach.alert_state.seen_on IS 'Last of them.';
COMMENT ON COLUMN outreach.alert_state.clear_since IS 'First of the days in a row on which it was beyond the clear border.';
COMMENT ON COLUMN outreach.alert_state.opened_on IS 'Business day the open alert began.';
COMMENT ON COLUMN outreach.alert_state.told_on IS 'Business day the open alert was told; null while it was not.';
COMMENT ON COLUMN outreach.alert_state.cool_until IS 'First business day on which another alert is told.';
COMMENT ON COLUMN outreach.alert_state.escalated_on IS 'Business day the open alert was escalated.';
COMMENT ON COLUMN outreach.alert_state.no_data_since IS 'First business day on which it could not be judged.';
COMMENT ON COLUMN outreach.alert_state.severity IS 'Severity now.';
COMMENT ON COLUMN outreach.alert_state.alert_id IS 'The open alert.';
COMMENT ON COLUMN outreach.alert_state.acknowledgement_id IS 'The acknowledgement that is noted in its events.';
COMMENT ON COLUMN outreach.alert_state.mute_id IS 'The mute that is noted in its events.';
COMMENT ON COLUMN outreach.alert_state.as_of IS 'Business day of the run that left it so.';

CREATE TABLE outreach.alert_event (
  event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id bigint,
  account_id bigint NOT NULL REFERENCES identity.account,
  rule text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('opened', 'escalated', 'resolved', 'acknowledged', 'muted', 'no_data')),
  as_of date NOT NULL,
  run_id bigint,
  severity text NOT NULL,
  fingerprint text NOT NULL,
  told_on date,
  silence text NOT NULL DEFAULT '',
  label text NOT NULL DEFAULT '',
  label_ja text NOT NULL DEFAULT '',
  sentence text NOT NULL DEFAULT '',
  sentence_ja text NOT NULL DEFAULT '',
  actor text NOT NULL DEFAULT '',
  note text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alert_event_account ON outreach.alert_event (account_id, event_id);
CREATE UNIQUE INDEX alert_event_opened ON outreach.alert_event (alert_id) WHERE kind = 'opened';
CREATE INDEX alert_event_alert ON outreach.alert_event (alert_id, event_id);
CREATE UNIQUE INDEX alert_event_once ON outreach.alert_event (run_id, rule, account_id, kind, as_of)
  WHERE kind IN ('opened', 'escalated', 'resolved', 'no_data');
COMMENT ON TABLE outreach.alert_event IS 'What happened to alerts, append-only but for told_on of one that was told later than it was opened. An alert is what its event opened began.';
COMMENT ON COLUMN outreach.alert_event.event_id IS 'Surrogate, ascending.';
COMMENT ON COLUMN outreach.alert_event.alert_id IS 'The alert; null for no_data where none was open.';
COMMENT ON COLUMN outreach.alert_event.account_id IS 'Account.';
COMMENT ON COLUMN outreach.alert_event.rule IS 'Rule.';
COMMENT ON COLUMN outreach.alert_event.kind IS 'opened, escalated, resolved, acknowledged, muted or no_data.';
COMMENT ON COLUMN outreach.alert_event.as_of IS 'Business day of the run that was judged.';
COMMENT ON COLUMN outreach.alert_event.run_id IS 'That run; null for what people did.';
COMMENT ON COLUMN outreach.alert_event.severity IS 'Severity then.';
COMMENT ON COLUMN outreach.alert_event.fingerprint IS 'The same for all alerts of a rule about an account.';
COMMENT ON COLUMN outreach.alert_event.told_on IS 'Business day a message about it was queued; null: none was.';
COMMENT ON COLUMN outreach.alert_event.silence IS 'Why no message was queued: muted, acknowledged, cool_down, late (a later day was there to tell of), untold (its opening was not told either), quiet (the rule does not tell ends), gone (the account), dropped (the rule); else empty.';
COMMENT ON COLUMN outreach.alert_event.label IS 'What people call the rule.';
COMMENT ON COLUMN outreach.alert_event.label_ja IS 'The same in Japanese.';
COMMENT ON COLUMN outreach.alert_event.sentence IS 'What it said, in English.';
COMMENT ON COLUMN outreach.alert_event.sentence_ja IS 'What it said, in Japanese.';
COMMENT ON COLUMN outreach.alert_event.actor IS 'Who acknowledged or muted; empty for what a run did.';
COMMENT ON COLUMN outreach.alert_event.note IS 'What they said to it.';
COMMENT ON COLUMN outreach.alert_event.created_at IS 'Server time.';

INSERT INTO ops.placement (relation, kind, key) VALUES
  ('outreach.alert_rule', 'local', NULL), ('outreach.alert_state', 'local', NULL),
  ('outreach.alert_event', 'local', NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON outreach.alert_rule, outreach.alert_state TO kenko_report;
GRANT SELECT, INSERT, UPDATE ON outreach.alert_event TO kenko_report;
GRANT USAGE ON SEQUENCE outreach.alert_id_seq TO kenko_report;
GRANT SELECT ON outreach.alert_rule TO kenko_api;
GRANT SELECT, INSERT ON outreach.alert_event TO kenko_api;
GRANT SELECT, UPDATE ON outreach.alert_state TO kenko_api;
