-- Usage metrics that a quality check has found wanting, the newest day first.
-- many shown
-- param  days      int null  Of the last days; 28 when nothing is said.
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column metric      text              Usage metric.
-- column check_name  text              Which check.
-- column day         date              Of which day.
-- column value       double null       What was found.
-- column usual       double null       What is usual.
-- column said_by     text null         Who or what said so.
-- column said_at     timestamptz null  When.
SELECT x.metric, x.check_name, x.day, x.value, x.usual, x.said_by, x.said_at
FROM bi.quality AS x
WHERE x.failed AND x.day >= (SELECT max(n.as_of) FROM bi.account_current AS n) - coalesce($1::int, 28)
ORDER BY x.day DESC, x.metric, x.check_name
LIMIT coalesce($2::int, 1000);
