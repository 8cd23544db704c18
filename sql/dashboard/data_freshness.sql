-- When each stream last brought something, and what became of its records.
-- many shown
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column source          text              Source.
-- column stream          text              Stream.
-- column last_load_at    timestamptz null  The newest load.
-- column records         double null       Read in all.
-- column loaded          double null       Of them facts.
-- column duplicate       double null       Known already.
-- column ignored         double null       Left out by a rule of the mapping.
-- column rejected        double null       Refused, with a reason.
-- column rejected_share  double null       rejected / records.
SELECT f.source, f.stream, f.last_load_at, f.read_count::double precision AS records, f.loaded::double precision AS loaded,
  f.duplicate::double precision AS duplicate, f.ignored::double precision AS ignored,
  f.rejected::double precision AS rejected, (f.rejected / nullif(f.read_count, 0))::double precision AS rejected_share
FROM bi.freshness AS f
ORDER BY f.last_load_at NULLS FIRST, f.source, f.stream
LIMIT coalesce($1::int, 1000);
