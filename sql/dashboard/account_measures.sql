-- What each measure of one customer's scorecard brings and costs now.
-- many shown
-- param  account   text      Key of the account.
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column measure_group   text         Group.
-- column measure         text         Name in the scorecard.
-- column label           text         Shown name.
-- column value           double null  What was measured.
-- column unit            text null    Its unit.
-- column quality         text         ok, or why it has no value.
-- column measure_health  double null  Its score, 0 to 100.
-- column contribution    double null  What it brings to the health, in points.
-- column lost            double null  What it costs.
SELECT c.measure_group, c.measure, c.label, c.value, c.unit, c.quality, c.measure_health::double precision AS measure_health,
  c.contribution::double precision AS contribution, c.lost::double precision AS lost
FROM bi.contribution_current AS c
WHERE c.account_key = $1::text
ORDER BY c.ordinal
LIMIT coalesce($2::int, 1000);
