-- The stored usage metrics.
-- many
-- column metric_id  int
-- column name       text
-- column scale      int
-- column combine    text
SELECT metric_id, name, scale::integer AS scale, combine
FROM warehouse.metric
ORDER BY metric_id;
