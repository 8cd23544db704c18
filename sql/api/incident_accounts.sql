-- The accounts that an incident touched.
-- many shown
-- param  accounts  bigint[] null     those the caller may see; null: all
-- param  incident  text       source/id
-- param  after_id  bigint null
-- param  max_rows  int
-- column account        text    Key of the account.
-- column minutes        bigint    How long it lasted there.
-- column arr_minor      bigint    ARR of the account.
-- column failed_runs    bigint    Its runs that failed meanwhile.
-- column health_before  double null    Health before it.
-- column health_after   double null    Health a week later.
-- column health_change  double null    The difference.
-- column page_id        bigint
SELECT e.account_key AS account, e.minutes, x.arr_minor, e.failed_runs,
  e.health_before::double precision AS health_before, e.health_after::double precision AS health_after,
  e.health_change::double precision AS health_change, e.account_id AS page_id
FROM bi.incident_exposure AS e
JOIN score.incident_exposure AS x ON x.account_id = e.account_id AND x.incident = e.incident
WHERE ($1::bigint[] IS NULL OR e.account_id = ANY ($1::bigint[])) AND e.incident = $2::text
  AND ($3::bigint IS NULL OR e.account_id > $3::bigint)
ORDER BY e.account_id
LIMIT $4::int;
