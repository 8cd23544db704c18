-- Where the arrays of results have the metrics that alerts read, by scorecard.
-- many
-- param  as_of         date    a published day
-- param  names         text[]  of metrics or measures
-- column scorecard_id  bigint
-- column ordinal       int
-- column name          text
-- column metric        text
-- column unit          text
-- column is_current    bool    the scorecard judges accounts on the day
WITH current_cards AS MATERIALIZED (
  SELECT DISTINCT s.scorecard_id FROM score.account_published AS s WHERE s.as_of = $1::date
)
SELECT m.scorecard_id, m.ordinal, m.name, m.metric, m.unit,
  EXISTS (SELECT FROM current_cards AS c WHERE c.scorecard_id = m.scorecard_id) AS is_current
FROM score.measure AS m
WHERE m.metric = ANY ($2::text[]) OR m.name = ANY ($2::text[])
ORDER BY m.scorecard_id, m.ordinal;
