-- Movements that are no longer so.
-- none
-- param account_ids  bigint[]
-- param scopes       text[]
-- param periods      date[]
DELETE FROM score.arr_moved AS m
USING unnest($1::bigint[], $2::text[], $3::date[]) AS d (account_id, scope, period)
WHERE m.account_id = d.account_id AND m.scope = d.scope AND m.period = d.period;
