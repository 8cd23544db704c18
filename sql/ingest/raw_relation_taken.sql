-- Has another stream this name for its table?
-- one
-- param  relation  text
-- column taken     bool
SELECT EXISTS (SELECT FROM ops.raw_table WHERE relation = $1::text) AS taken;
