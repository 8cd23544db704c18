-- Days in doubt or accepted by hand, newest first.
-- many
-- param  max_rows    int
-- column metric      text
-- column check_name  text
-- column day         date
-- column failed      bool
-- column value       double
-- column usual       double
-- column said_by     text
-- column said_at     timestamptz
SELECT q.metric, q.check_name, q.day, q.failed, q.value, q.usual, q.said_by, q.said_at
FROM bi.quality AS q
WHERE q.failed OR q.said_by <> ''
ORDER BY q.day DESC, q.metric, q.check_name
LIMIT $1::integer;
