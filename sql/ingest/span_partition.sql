-- Months of usage before one, by their partitions.
-- many
-- param  before  date
-- column month   date
SELECT DISTINCT p.month
FROM (
  SELECT to_date(right(c.relname, 7), 'YYYY"m"MM') AS month
  FROM pg_inherits AS i
  JOIN pg_class AS c ON c.oid = i.inhrelid
  WHERE i.inhparent IN ('warehouse.usage_month'::regclass, 'warehouse.usage_event'::regclass)
) AS p
WHERE p.month < $1::date
ORDER BY p.month;
