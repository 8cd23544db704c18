-- How accounts stand to rules now.
-- none
-- param as_of   date
-- param states  jsonb   a list of rows by column name
INSERT INTO outreach.alert_state (account_id, rule, since, seen_on, clear_since, opened_on, told_on,
  cool_until, escalated_on, no_data_since, severity, alert_id, acknowledgement_id, mute_id, as_of)
SELECT s.account_id, s.rule, s.since, s.seen_on, s.clear_since, s.opened_on, s.told_on, s.cool_until,
  s.escalated_on, s.no_data_since, s.severity, s.alert_id, s.acknowledgement_id, s.mute_id, $1::date
FROM jsonb_to_recordset($2::jsonb) AS s (
  account_id bigint, rule text, since date, seen_on date, clear_since date, opened_on date,
  told_on date, cool_until date, escalated_on date, no_data_since date, severity text,
  alert_id bigint, acknowledgement_id bigint, mute_id bigint)
ON CONFLICT (account_id, rule) DO UPDATE
SET since = excluded.since, seen_on = excluded.seen_on, clear_since = excluded.clear_since,
  opened_on = excluded.opened_on, told_on = excluded.told_on, cool_until = excluded.cool_until,
  escalated_on = excluded.escalated_on, no_data_since = excluded.no_data_since,
  severity = excluded.severity, alert_id = excluded.alert_id,
  acknowledgement_id = excluded.acknowledgement_id, mute_id = excluded.mute_id, as_of = excluded.as_of;
