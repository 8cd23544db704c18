-- Remove rows that compaction writes anew.
-- none
-- param  month        date
-- param  party_ids    bigint[]
-- param  metric_ids   int[]
-- param  subject_ids  bigint[]
-- param  load_ids     bigint[]
DELETE FROM warehouse.usage_span AS s
USING ROWS FROM (
  unnest($2::bigint[]), unnest($3::int[]), unnest($4::bigint[]), unnest($5::bigint[])
) AS k (party_id, metric_id, subject_id, load_id)
WHERE s.month = $1::date AND s.party_id = k.party_id AND s.metric_id = k.metric_id
  AND s.subject_id = k.subject_id AND s.load_id = k.load_id;
