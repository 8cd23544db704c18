-- A rule is no more.
-- none
-- param rule  text
DELETE FROM outreach.alert_rule WHERE rule = $1::text;
