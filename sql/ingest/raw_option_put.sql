-- How a stream's newest version is found and whether deleted records are shown.
-- none
-- param raw_id        bigint
-- param order_fields  text[]
-- param hard          bool
UPDATE ops.raw_table
SET order_fields = $2::text[], hard = $3::boolean
WHERE raw_id = $1::bigint;
