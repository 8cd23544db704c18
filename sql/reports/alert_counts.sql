-- How accounts stand to each rule that was judged.
-- many
-- column rule          text
-- column checked_on    date
-- column open          bigint
-- column acknowledged  bigint   of the open ones
-- column pending       bigint   about to open
-- column no_data       bigint   cannot be judged, and none is open
SELECT r.rule, r.checked_on, count(*) FILTER (WHERE s.opened_on IS NOT NULL) AS open,
  count(*) FILTER (WHERE s.opened_on IS NOT NULL AND s.acknowledgement_id IS NOT NULL) AS acknowledged,
  count(*) FILTER (WHERE s.opened_on IS NULL AND s.since IS NOT NULL) AS pending,
  count(*) FILTER (WHERE s.opened_on IS NULL AND s.since IS NULL AND s.no_data_since IS NOT NULL) AS no_data
FROM outreach.alert_rule AS r
LEFT JOIN outreach.alert_state AS s ON s.rule = r.rule
GROUP BY r.rule
ORDER BY r.rule;
