-- One customer's usage by day.
-- many shown
-- param  account   text       Key of the account.
-- param  metric    text null  Only this usage metric.
-- param  days      int null   Of the last days; 28 when nothing is said, 92 at most.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column day     date         The day.
-- column metric  text         Usage metric.
-- column value   double null  Its value.
-- column unit    text null    Its unit.
SELECT u.day, u.metric, u.value, u.unit
FROM bi.usage_recent AS u
WHERE u.account_key = $1::text AND ($2::text IS NULL OR u.metric = $2::text)
  AND u.day >= (SELECT max(n.as_of) FROM bi.account_current AS n) - coalesce($3::int, 28)
ORDER BY u.day DESC, u.metric
LIMIT coalesce($4::int, 1000);
