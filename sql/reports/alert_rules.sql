-- How far each rule was judged.
-- many
-- column rule        text
-- column checked_on  date
-- column run_id      bigint
SELECT r.rule, r.checked_on, r.run_id
FROM outreach.alert_rule AS r
ORDER BY r.rule;
