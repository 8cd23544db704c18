-- A rule was judged on a run.
-- none
-- param rule        text
-- param label       text
-- param label_ja    text
-- param severity    text
-- param checked_on  date
-- param run_id      bigint
INSERT INTO outreach.alert_rule (rule, label, label_ja, severity, checked_on, run_id)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::date, $6::bigint)
ON CONFLICT (rule) DO UPDATE
SET label = excluded.label, label_ja = excluded.label_ja, severity = excluded.severity,
  checked_on = excluded.checked_on, run_id = excluded.run_id;
