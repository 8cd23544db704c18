-- The load of each owner: accounts, how many need care, ARR, expected loss.
-- many
-- param  run_id          bigint
-- param  as_of           date
-- column owner           text null
-- column accounts        bigint
-- column care            bigint
-- column arr_minor       bigint
-- column expected_minor  double null
SELECT a.owner_name AS owner, count(*) AS accounts,
  count(*) FILTER (WHERE s.band <> 'Green') AS care, sum(s.arr_minor)::bigint AS arr_minor,
  sum(s.arr_minor * (s.p_churn_1e9 / 1e9::double precision)) AS expected_minor
FROM score.account_score AS s
JOIN warehouse.account_now AS a ON a.account_id = s.account_id
WHERE s.as_of = $2::date AND s.run_id <= $1::bigint AND s.until_run_id > $1::bigint
  AND s.role = 'champion'
GROUP BY 1
ORDER BY 5 DESC NULLS LAST, 3 DESC, 1 NULLS LAST
LIMIT 30;
