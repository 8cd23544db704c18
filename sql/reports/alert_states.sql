-- How accounts stand to rules, where that is not simply OK.
-- many
-- param  rules               text[]
-- column account_id          bigint
-- column account             text     key
-- column rule                text
-- column since               date null
-- column seen_on             date null
-- column clear_since         date null
-- column opened_on           date null
-- column told_on             date null
-- column cool_until          date null
-- column escalated_on        date null
-- column no_data_since       date null
-- column severity            text
-- column alert_id            bigint null
-- column acknowledgement_id  bigint null
-- column mute_id             bigint null
-- column opened_at           timestamptz null
SELECT s.account_id, a.key AS account, s.rule, s.since, s.seen_on, s.clear_since, s.opened_on, s.told_on, s.cool_until,
  s.escalated_on, s.no_data_since, s.severity, s.alert_id, s.acknowledgement_id, s.mute_id,
  e.created_at AS opened_at
FROM outreach.alert_state AS s
JOIN identity.account AS a ON a.account_id = s.account_id
LEFT JOIN outreach.alert_event AS e ON e.alert_id = s.alert_id AND e.kind = 'opened'
WHERE s.rule = ANY ($1::text[])
ORDER BY s.account_id, s.rule;
