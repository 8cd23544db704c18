-- A usage metric's id.
-- one
-- param  name       text
-- param  scale      int
-- param  combine    text
-- column metric_id  int
SELECT metric_id
FROM warehouse.metric
WHERE name = $1::text AND scale = $2::integer AND combine = $3::text;
