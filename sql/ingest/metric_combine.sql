-- How the days of each stored usage metric come together.
-- many
-- column metric_id  int
-- column combine    text
SELECT metric_id, combine
FROM warehouse.metric
ORDER BY metric_id;
