-- How accounts stand to each rule that was judged.
-- many
-- column rule          text
-- column checked_on    date
-- column open          bigint
-- column pending       bigint   about to open
-- column no_data       bigint   cannot be judged, and none is open
SELECT r.rule, r.checked_on, r.open, r.pending, r.no_data
FROM bi.alert_rule AS r
ORDER BY r.rule;
