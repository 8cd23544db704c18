-- Alerts that were opened before are told now.
-- none
-- param alerts   bigint[]
-- param told_on  date
UPDATE outreach.alert_event
SET told_on = $2::date
WHERE alert_id = ANY ($1::bigint[]) AND kind = 'opened' AND told_on IS NULL;
