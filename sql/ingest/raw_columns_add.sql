-- Give a stream's table more columns.
-- one
-- param  raw_id          bigint
-- param  first_position  int
-- param  fields          text[]
-- param  variants        text[]
-- param  names           text[]
-- param  types           text[]
-- column added           int
SELECT ops.raw_columns_add($1::bigint, $2::integer, $3::text[], $4::text[], $5::text[], $6::text[]) AS added;
