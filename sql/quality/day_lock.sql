-- Keep others from changing the days that checks look at until the transaction ends.
-- none
LOCK TABLE ops.usage_day IN SHARE ROW EXCLUSIVE MODE;
