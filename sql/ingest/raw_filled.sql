-- Columns that hold a value from now on, and which of a stream's fields its source names now.
-- none
-- param raw_id    bigint
-- param filled    int[]
-- param declared  int[]
UPDATE ops.raw_column
SET filled = filled OR position = ANY ($2::integer[]), declared = position = ANY ($3::integer[])
WHERE raw_id = $1::bigint
  AND (position = ANY ($2::integer[]) OR declared <> (position = ANY ($3::integer[])));
