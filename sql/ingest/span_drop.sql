-- Drop a month of usage, with the events kept of it.
-- one
-- param  month    date
-- column dropped  bool   false: it was gone
SELECT (ops.partition_drop('warehouse.usage_month', $1::date)::integer
  + ops.partition_drop('warehouse.usage_event', $1::date)::integer) > 0 AS dropped;
