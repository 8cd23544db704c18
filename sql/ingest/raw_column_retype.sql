-- Give a column a wider type.
-- one
-- param  raw_id    bigint
-- param  position  int
-- param  type      text
-- column done      bool
SELECT ops.raw_column_retype($1::bigint, $2::integer, $3::text) AS done;
