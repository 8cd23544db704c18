-- A load of usage that this transaction retracts though it lies at or below the known floor.
-- maybe
-- column load_id    bigint
-- column floor_day  date null
SELECT l.load_id, c.floor_day
FROM ops.load AS l
JOIN ops.clock AS c ON l.commit_no <= c.known_floor
WHERE l.undone_no = -1
  AND (
    l.stream IN ('usage_event', 'usage_metric')
    OR EXISTS (SELECT FROM warehouse.tally AS t WHERE t.load_id = l.load_id)
  )
ORDER BY l.load_id
LIMIT 1;
