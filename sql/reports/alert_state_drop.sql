-- Accounts that stand well to rules again.
-- none
-- param accounts  bigint[]
-- param rules     text[]   of the same length
DELETE FROM outreach.alert_state AS s
USING unnest($1::bigint[], $2::text[]) AS d (account_id, rule)
WHERE s.account_id = d.account_id AND s.rule = d.rule;
