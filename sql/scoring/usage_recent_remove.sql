-- Recent usage that is no longer so.
-- none
-- param account_ids  bigint[]
-- param metrics      text[]
-- param months       date[]
DELETE FROM score.usage_recent AS u
USING unnest($1::bigint[], $2::text[], $3::date[]) AS d (account_id, metric, month)
WHERE u.account_id = d.account_id AND u.metric = d.metric AND u.month = d.month;
