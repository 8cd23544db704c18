-- The texts of a scorecard version.
-- one
-- param  scorecard_id  bigint
-- column name          text
-- column body          text
-- column metrics       text null
SELECT name, body, metrics
FROM score.scorecard
WHERE scorecard_id = $1::bigint;
