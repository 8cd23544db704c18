-- What the checks of usage said of each day, newest first.
-- many shown
-- param  failed_only  bool
-- param  from_day     date null
-- column metric      text    Usage metric.
-- column check_name  text    The check.
-- column day         date    Business day.
-- column failed      bool    It failed: the metric is quarantined on the day.
-- column value       double null    What was seen.
-- column usual       double null    What is usual.
-- column said_by     text    Who said it.
-- column said_at     timestamptz    When.
SELECT q.metric, q.check_name, q.day, q.failed, q.value, q.usual, q.said_by, q.said_at
FROM bi.quality AS q
WHERE (NOT $1::boolean OR q.failed) AND ($2::date IS NULL OR q.day >= $2::date)
ORDER BY q.day DESC, q.metric, q.check_name
LIMIT 1000;
