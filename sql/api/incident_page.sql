-- Incidents that touched accounts, newest first.
-- many shown
-- param  accounts      bigint[] null     those the caller may see; null: all
-- param  after_number  bigint null
-- param  after_id      bigint null
-- param  max_rows      int
-- column source       text    Source.
-- column incident     text    Its id there.
-- column title        text    Title.
-- column severity     text    Severity.
-- column cause        text    Cause.
-- column component    text    Component.
-- column started_at   timestamptz    When it began.
-- column resolved_at  timestamptz null    When it ended.
-- column accounts     bigint    Accounts it touched, of those the caller sees.
-- column minutes      bigint    Minutes of them all.
-- column arr_minor    bigint    Their ARR.
-- column failed_runs  bigint    Their runs that failed meanwhile.
-- column page_number  bigint
-- column page_id      bigint
SELECT split_part(e.incident, '/', 1) AS source, substr(e.incident, strpos(e.incident, '/') + 1) AS incident,
  min(e.title) AS title, min(e.severity) AS severity, min(e.cause) AS cause, min(e.component) AS component,
  e.started_at, max(e.resolved_at) AS resolved_at, count(*) AS accounts, sum(e.minutes)::bigint AS minutes,
  sum(e.arr_minor)::bigint AS arr_minor, sum(e.failed_runs)::bigint AS failed_runs,
  -(extract(epoch FROM e.started_at) * 1000000)::bigint AS page_number,
  hashtextextended(e.incident, 0) AS page_id
FROM score.incident_exposure AS e
WHERE ($1::bigint[] IS NULL OR e.account_id = ANY ($1::bigint[]))
  AND ($3::bigint IS NULL OR (-(extract(epoch FROM e.started_at) * 1000000)::bigint,
    hashtextextended(e.incident, 0)) > ($2::bigint, $3::bigint))
GROUP BY e.incident, e.started_at
ORDER BY page_number, page_id
LIMIT $4::int;
