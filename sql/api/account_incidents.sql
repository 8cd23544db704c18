-- The incidents that touched an account, newest first.
-- many shown
-- param  account_id  bigint
-- column source         text    Source.
-- column incident       text    Its id there.
-- column title          text    Title.
-- column severity       text    Severity.
-- column cause          text    Cause.
-- column component      text    Component.
-- column started_at     timestamptz    When it began.
-- column resolved_at    timestamptz null    When it ended.
-- column minutes        bigint    How long it lasted there.
-- column arr_minor      bigint    ARR of the account.
-- column failed_runs    bigint    Its runs that failed meanwhile.
-- column health_before  double null    Health before it.
-- column health_after   double null    Health a week later.
-- column health_change  double null    The difference.
SELECT split_part(e.incident, '/', 1) AS source, substr(e.incident, strpos(e.incident, '/') + 1) AS incident,
  e.title, e.severity, e.cause, e.component, e.started_at, e.resolved_at, e.minutes, x.arr_minor, e.failed_runs,
  e.health_before::double precision AS health_before, e.health_after::double precision AS health_after,
  e.health_change::double precision AS health_change
FROM bi.incident_exposure AS e
JOIN score.incident_exposure AS x ON x.account_id = e.account_id AND x.incident = e.incident
WHERE e.account_id = $1::bigint
ORDER BY e.started_at DESC, e.incident
LIMIT 1000;
