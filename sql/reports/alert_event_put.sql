-- Write what happened.
-- none
-- param run_id  bigint
-- param events  jsonb   a list of rows by column name
INSERT INTO outreach.alert_event (alert_id, account_id, rule, kind, as_of, run_id, severity, fingerprint,
  told_on, silence, label, label_ja, sentence, sentence_ja, actor, note)
SELECT e.alert_id, e.account_id, e.rule, e.kind, e.as_of, CASE WHEN e.actor = '' THEN $1::bigint END,
  e.severity, e.fingerprint, e.told_on, e.silence, e.label, e.label_ja, e.sentence, e.sentence_ja,
  e.actor, e.note
FROM jsonb_to_recordset($2::jsonb) AS e (
  alert_id bigint, account_id bigint, rule text, kind text, as_of date, severity text,
  fingerprint text, told_on date, silence text, label text, label_ja text, sentence text,
  sentence_ja text, actor text, note text)
ON CONFLICT (run_id, rule, account_id, kind, as_of)
  WHERE kind IN ('opened', 'escalated', 'resolved', 'no_data') DO NOTHING;
