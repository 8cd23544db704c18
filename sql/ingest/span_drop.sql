-- Drop a month of usage.
-- one
-- param  month    date
-- column dropped  bool   false: it was gone
SELECT ops.partition_drop('warehouse.usage_span', $1::date) AS dropped;
