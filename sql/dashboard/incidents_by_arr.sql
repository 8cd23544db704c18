-- Incidents by the ARR of the customers they touched, and what health did after.
-- many shown
-- param  since     date null  Begun on or after this day.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column incident       text              Source and id.
-- column title          text null         Title.
-- column severity       text null         Severity.
-- column cause          text null         Cause.
-- column started_at     timestamptz       Begin.
-- column resolved_at    timestamptz null  End; blank while it lasts.
-- column accounts       bigint            Customers touched.
-- column arr            double null       Their ARR.
-- column minutes        double null       Customer-minutes of exposure.
-- column failed_runs    double null       Runs that failed by it.
-- column health_change  double null       Mean change of health from before to after.
SELECT e.incident, min(e.title) AS title, min(e.severity) AS severity, min(e.cause) AS cause, min(e.started_at) AS started_at,
  max(e.resolved_at) AS resolved_at, count(*) AS accounts, sum(e.arr)::double precision AS arr,
  sum(e.minutes)::double precision AS minutes, sum(e.failed_runs)::double precision AS failed_runs,
  avg(e.health_change)::double precision AS health_change
FROM bi.incident_exposure AS e
WHERE $1::date IS NULL OR e.started_at >= ($1::date)::timestamptz
GROUP BY e.incident
ORDER BY arr DESC NULLS LAST, e.incident
LIMIT coalesce($2::int, 1000);
