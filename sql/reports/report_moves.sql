-- How accounts moved between bands from one run to another; new, gone and merged (into another
-- account) are moves too.
-- many
-- param  run_id     bigint
-- param  as_of      date
-- param  before_id  bigint
-- param  before     date
-- column from_band  text
-- column to_band    text
-- column accounts   bigint
-- column arr_minor  bigint
SELECT coalesce(b.band, 'new') AS from_band,
  coalesce(a.band, CASE WHEN b.account_id IN (SELECT m.account_id FROM warehouse.member_now AS m) THEN 'gone'
    ELSE 'merged' END) AS to_band, count(*) AS accounts,
  sum(coalesce(a.arr_minor, b.arr_minor))::bigint AS arr_minor
FROM (
  SELECT account_id, band, arr_minor
  FROM score.account_score
  WHERE as_of = $2::date AND run_id <= $1::bigint AND until_run_id > $1::bigint
    AND role = 'champion'
) AS a
FULL JOIN (
  SELECT account_id, band, arr_minor
  FROM score.account_score
  WHERE as_of = $4::date AND run_id <= $3::bigint AND until_run_id > $3::bigint
    AND role = 'champion'
) AS b ON b.account_id = a.account_id
WHERE a.band IS DISTINCT FROM b.band
GROUP BY 1, 2
ORDER BY 4 DESC, 1, 2;
