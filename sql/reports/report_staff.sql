-- Owners of accounts that were scored in a run or the one before, or one of them.
-- many
-- param  run_id     bigint
-- param  as_of      date
-- param  before_id  bigint
-- param  before     date
-- param  email      text   only this owner when not empty
-- column staff_id   bigint
-- column email      text
-- column name       text
-- column slack_id   text
-- column language   text
SELECT s.staff_id, s.email, coalesce(nullif(s.name, ''), s.email) AS name,
  coalesce(s.slack_id, '') AS slack_id, s.language
FROM identity.staff AS s
WHERE ($5::text = '' OR s.email = $5::text) AND s.staff_id IN (
  SELECT a.staff_id
  FROM warehouse.account_now AS a
  JOIN score.account_score AS v ON v.account_id = a.account_id
  WHERE v.role = 'champion' AND (
    (v.as_of = $2::date AND v.run_id <= $1::bigint AND v.until_run_id > $1::bigint)
    OR (v.as_of = $4::date AND v.run_id <= $3::bigint AND v.until_run_id > $3::bigint)))
ORDER BY s.email;
