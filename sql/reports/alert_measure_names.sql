-- The metrics behind measures of the scorecards that judge accounts on a day.
-- many
-- param  as_of   date    a published day
-- column metric  text
SELECT DISTINCT m.metric
FROM score.measure AS m
WHERE m.scorecard_id IN (
  SELECT s.scorecard_id FROM score.account_published AS s WHERE s.as_of = $1::date
)
ORDER BY m.metric;
