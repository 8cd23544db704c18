-- Exposure to incidents that is no longer so.
-- none
-- param account_ids  bigint[]
-- param incidents    text[]
DELETE FROM score.incident_exposure AS e
USING unnest($1::bigint[], $2::text[]) AS d (account_id, incident)
WHERE e.account_id = d.account_id AND e.incident = d.incident;
