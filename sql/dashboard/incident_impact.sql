-- What incidents did to health, by severity.
-- many shown
-- param  from_day  date null  incidents that began on this day or later
-- column severity       text         Severity.
-- column incidents      bigint       How many.
-- column accounts       bigint       Accounts they touched.
-- column minutes        bigint       Minutes of them all.
-- column arr            double null  Revenue they touched.
-- column health_change  double null  Mean change of health within a week.
SELECT e.severity, count(DISTINCT e.incident) AS incidents, count(DISTINCT e.account_id) AS accounts,
  sum(e.minutes)::bigint AS minutes, sum(e.arr)::double precision AS arr,
  avg(e.health_change)::double precision AS health_change
FROM bi.incident_exposure AS e
WHERE $1::date IS NULL OR e.started_at >= $1::date::timestamp AT TIME ZONE 'UTC'
GROUP BY e.severity
ORDER BY arr DESC NULLS LAST, e.severity;
