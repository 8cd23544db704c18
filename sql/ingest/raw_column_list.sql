-- A stream's columns in their order.
-- many
-- param  raw_id    bigint
-- column field     text
-- column variant   text
-- column name      text
-- column type      text
-- column filled    bool
-- column declared  bool
SELECT field, variant, name, type, filled, declared
FROM ops.raw_column
WHERE raw_id = $1::bigint
ORDER BY position;
