-- Were all customers scored by the hour that is promised?
-- many shown
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column as_of         date              The day.
-- column due_at        timestamptz null  By when.
-- column scored_at     timestamptz null  When it was published.
-- column late_minutes  double null       How much later.
-- column on_time       boolean null      By the hour.
-- column is_backfill   boolean null      Scored later on purpose.
-- column accounts      bigint            Customers.
-- column coverage      double null       Share whose health is known.
SELECT s.as_of, s.due_at, s.scored_at, s.late_minutes::double precision AS late_minutes, s.on_time, s.is_backfill,
  s.accounts, s.coverage::double precision AS coverage
FROM bi.scoring_service AS s
ORDER BY s.as_of DESC
LIMIT coalesce($1::int, 1000);
