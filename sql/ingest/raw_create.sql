-- Make the table of a stream.
-- one
-- param  source        text
-- param  namespace     text
-- param  stream        text
-- param  relation      text
-- param  key_fields    text[]
-- param  order_fields  text[]
-- param  keyed         bool
-- param  hard          bool
-- column raw_id        bigint
SELECT ops.raw_create($1::text, $2::text, $3::text, $4::text, $5::text[], $6::text[], $7::boolean,
  $8::boolean) AS raw_id;
