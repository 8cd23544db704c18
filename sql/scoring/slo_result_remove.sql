-- A day's service levels that are no longer so.
-- none
-- param as_of        date
-- param account_ids  bigint[]
-- param slos         text[]
DELETE FROM score.slo_result AS r
USING unnest($2::bigint[], $3::text[]) AS d (account_id, slo)
WHERE r.account_id = d.account_id AND r.as_of = $1::date AND r.slo = d.slo;
