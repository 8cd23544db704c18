-- A stream that lands in a table of its own, and which of its generations counts.
-- maybe
-- param  source        text
-- param  namespace     text
-- param  stream        text
-- column raw_id        bigint
-- column relation      text
-- column key_fields    text[]
-- column order_fields  text[]
-- column hard          bool
-- column floor         bigint
-- column hidden        bigint[]
SELECT raw_id, relation, key_fields, order_fields, hard, ops.raw_floor(raw_id) AS floor,
  ops.raw_hidden(raw_id) AS hidden
FROM ops.raw_table
WHERE source = $1::text AND namespace = $2::text AND stream = $3::text;
