-- Every statement on the quality of usage, oldest first.
-- many
-- column metric      text
-- column check_name  text
-- column day         date
-- column failed      bool
-- column load_id     bigint
SELECT q.metric, q.check_name, q.day, q.failed, q.load_id
FROM warehouse.quality AS q
JOIN ops.load AS l ON l.load_id = q.load_id
WHERE l.commit_no IS NOT NULL
ORDER BY l.commit_no, q.metric, q.check_name, q.day;
