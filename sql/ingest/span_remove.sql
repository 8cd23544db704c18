-- Remove rows that compaction writes anew.
-- none
-- param  month      date
-- param  party_ids  bigint[]
-- param  load_ids   bigint[]
-- param  parts      int[]
DELETE FROM warehouse.usage_month AS s
USING ROWS FROM (
  unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::int[])
) AS k (party_id, load_id, part)
WHERE s.month = $1::date AND s.party_id = k.party_id AND s.load_id = k.load_id AND s.part = k.part;
