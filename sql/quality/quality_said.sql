-- What was said of the days that are looked at again, as known now.
-- many
-- param  from_day    date
-- column metric      text
-- column check_name  text
-- column day         date
-- column failed      bool
-- column value       double
-- column said_by     text
SELECT q.metric, q.check_name, q.day, q.failed, q.value, q.said_by
FROM bi.quality AS q
WHERE q.day >= $1::date
ORDER BY q.metric, q.check_name, q.day;
