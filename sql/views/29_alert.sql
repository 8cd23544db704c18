-- Alerts as dashboards and the API read them. Whom a person may not see is left out here too: the
-- tables' own wall does not stand before a view.

CREATE OR REPLACE VIEW bi.alert AS
SELECT
  o.alert_id, o.account_id, a.key AS account_key, o.rule, o.label, o.label_ja,
  coalesce(s.severity, o.severity) AS severity,
  CASE WHEN s.alert_id IS NULL THEN 'resolved' ELSE 'open' END AS state,
  s.alert_id IS NOT NULL AND s.no_data_since IS NULL AS is_known, o.as_of AS opened_on, o.told_on,
  CASE WHEN o.told_on IS NULL THEN o.silence ELSE '' END AS silence, s.escalated_on, r.as_of AS resolved_on,
  coalesce(r.silence, '') AS resolved_silence, k.author AS acknowledged_by, k.created_at AS acknowledged_at,
  m.until_on AS muted_until, o.sentence, o.sentence_ja, o.fingerprint, o.created_at AS opened_at
FROM outreach.alert_event AS o
JOIN identity.account AS a ON a.account_id = o.account_id
LEFT JOIN outreach.alert_state AS s ON s.alert_id = o.alert_id
LEFT JOIN LATERAL (
  SELECT e.as_of, e.silence
  FROM outreach.alert_event AS e
  WHERE e.alert_id = o.alert_id AND e.kind = 'resolved'
  ORDER BY e.event_id DESC
  LIMIT 1
) AS r ON s.alert_id IS NULL
LEFT JOIN LATERAL (
  SELECT n.author, n.created_at, n.until_on
  FROM outreach.acknowledgement AS n
  WHERE n.account_id = o.account_id AND n.what = o.rule
  ORDER BY n.acknowledgement_id DESC
  LIMIT 1
) AS k ON s.alert_id IS NOT NULL
  AND CASE WHEN k.until_on IS NULL THEN k.created_at >= o.created_at ELSE k.until_on > s.as_of END
LEFT JOIN LATERAL (
  SELECT max(u.until_on) AS until_on
  FROM outreach.mute AS u
  WHERE u.account_id = o.account_id AND u.what IN ('', o.rule) AND NOT u.is_ended AND u.until_on > s.as_of
) AS m ON s.alert_id IS NOT NULL
WHERE o.kind = 'opened' AND (current_user <> 'kenko_own' OR o.account_id IN (
  SELECT w.account_id FROM score.account_owner AS w WHERE w.staff_id = (SELECT score.asking())
));
COMMENT ON VIEW bi.alert IS 'Alerts of the rules in alerts.yaml, open ones and those that are over.';
COMMENT ON COLUMN bi.alert.alert_id IS 'The alert, ascending.';
COMMENT ON COLUMN bi.alert.account_id IS 'Account.';
COMMENT ON COLUMN bi.alert.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.alert.rule IS 'Rule.';
COMMENT ON COLUMN bi.alert.label IS 'What people call it.';
COMMENT ON COLUMN bi.alert.label_ja IS 'The same in Japanese.';
COMMENT ON COLUMN bi.alert.severity IS 'info, warning or critical; of an open one as it was escalated.';
COMMENT ON COLUMN bi.alert.state IS 'open or resolved.';
COMMENT ON COLUMN bi.alert.is_known IS 'It is open and its conditions can be judged.';
COMMENT ON COLUMN bi.alert.opened_on IS 'Business day it opened.';
COMMENT ON COLUMN bi.alert.told_on IS 'Business day a message about it was queued; null: none was.';
COMMENT ON COLUMN bi.alert.silence IS 'Why none was: muted, acknowledged, cool_down or late.';
COMMENT ON COLUMN bi.alert.escalated_on IS 'Business day an open one was escalated.';
COMMENT ON COLUMN bi.alert.resolved_on IS 'Business day it ended.';
COMMENT ON COLUMN bi.alert.resolved_silence IS 'Why its end was not told; gone: the account, dropped: the rule.';
COMMENT ON COLUMN bi.alert.acknowledged_by IS 'Who took up an open one.';
COMMENT ON COLUMN bi.alert.acknowledged_at IS 'When.';
COMMENT ON COLUMN bi.alert.muted_until IS 'First business day on which an open one is loud again.';
COMMENT ON COLUMN bi.alert.sentence IS 'What it said, in English.';
COMMENT ON COLUMN bi.alert.sentence_ja IS 'What it said, in Japanese.';
COMMENT ON COLUMN bi.alert.fingerprint IS 'The same for all alerts of a rule about an account.';
COMMENT ON COLUMN bi.alert.opened_at IS 'Server time of the check that opened it.';

CREATE OR REPLACE VIEW bi.alert_event AS
SELECT
  e.event_id, e.alert_id, e.account_id, a.key AS account_key, e.rule, e.kind, e.as_of, e.severity, e.told_on,
  e.silence, e.actor, e.note, e.created_at
FROM outreach.alert_event AS e
JOIN identity.account AS a ON a.account_id = e.account_id
WHERE current_user <> 'kenko_own' OR e.account_id IN (
  SELECT w.account_id FROM score.account_owner AS w WHERE w.staff_id = (SELECT score.asking())
);
COMMENT ON VIEW bi.alert_event IS 'What happened to alerts: what runs found and what people did.';
COMMENT ON COLUMN bi.alert_event.event_id IS 'Surrogate, ascending.';
COMMENT ON COLUMN bi.alert_event.alert_id IS 'The alert; null for no_data where none was open.';
COMMENT ON COLUMN bi.alert_event.account_id IS 'Account.';
COMMENT ON COLUMN bi.alert_event.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.alert_event.rule IS 'Rule.';
COMMENT ON COLUMN bi.alert_event.kind IS 'opened, escalated, resolved, acknowledged, muted or no_data.';
COMMENT ON COLUMN bi.alert_event.as_of IS 'Business day of the run.';
COMMENT ON COLUMN bi.alert_event.severity IS 'Severity then.';
COMMENT ON COLUMN bi.alert_event.told_on IS 'Business day a message about it was queued.';
COMMENT ON COLUMN bi.alert_event.silence IS 'Why none was.';
COMMENT ON COLUMN bi.alert_event.actor IS 'Who acknowledged or muted.';
COMMENT ON COLUMN bi.alert_event.note IS 'What they said to it.';
COMMENT ON COLUMN bi.alert_event.created_at IS 'Server time.';

CREATE OR REPLACE VIEW bi.alert_rule AS
SELECT
  r.rule, r.label, r.label_ja, r.severity, r.checked_on,
  count(*) FILTER (WHERE s.opened_on IS NOT NULL) AS open,
  count(*) FILTER (WHERE s.opened_on IS NULL AND s.since IS NOT NULL) AS pending,
  count(*) FILTER (WHERE s.opened_on IS NULL AND s.since IS NULL AND s.no_data_since IS NOT NULL) AS no_data
FROM outreach.alert_rule AS r
LEFT JOIN outreach.alert_state AS s ON s.rule = r.rule AND (current_user <> 'kenko_own' OR s.account_id IN (
  SELECT w.account_id FROM score.account_owner AS w WHERE w.staff_id = (SELECT score.asking())
))
GROUP BY r.rule;
COMMENT ON VIEW bi.alert_rule IS 'Rules of alerts.yaml as they were judged last, and how accounts stand to them.';
COMMENT ON COLUMN bi.alert_rule.rule IS 'Its name.';
COMMENT ON COLUMN bi.alert_rule.label IS 'What people call it.';
COMMENT ON COLUMN bi.alert_rule.label_ja IS 'The same in Japanese.';
COMMENT ON COLUMN bi.alert_rule.severity IS 'info, warning or critical.';
COMMENT ON COLUMN bi.alert_rule.checked_on IS 'Newest published day it was judged on.';
COMMENT ON COLUMN bi.alert_rule.open IS 'Accounts with an open alert.';
COMMENT ON COLUMN bi.alert_rule.pending IS 'Accounts with one about to open.';
COMMENT ON COLUMN bi.alert_rule.no_data IS 'Accounts that cannot be judged.';

GRANT SELECT ON bi.alert, bi.alert_event, bi.alert_rule TO kenko_bi;
