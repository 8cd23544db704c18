-- Months that compaction looks at: some party has several rows there, or one with the loads of values
-- that lie below the known floor, or one that a settled retraction left.
-- many
-- param  known_floor  bigint
-- param  floor_month  date    months before this one may lie below the floor
-- column month        date
SELECT DISTINCT g.month
FROM (
  SELECT s.month
  FROM warehouse.usage_month AS s
  GROUP BY s.month, s.party_id
  HAVING count(*) > 1
    OR bool_or(s.load_ids IS NOT NULL AND s.month < $2::date)
    OR bool_or(s.load_id IN (SELECT u.load_id FROM ops.load AS u WHERE u.undone_no <= $1::bigint))
    OR bool_or(s.load_ids && ARRAY(SELECT u.load_id FROM ops.load AS u WHERE u.undone_no <= $1::bigint))
) AS g
ORDER BY g.month;
