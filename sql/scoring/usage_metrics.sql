-- The stored usage metrics.
-- many
-- column metric_id  int
-- column name       text
-- column scale      int
-- column combine    text
-- column unit       text
SELECT metric_id, name, scale::integer AS scale, combine, unit
FROM warehouse.metric
ORDER BY metric_id;
