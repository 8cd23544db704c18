-- The measures of every scorecard that a run used, in the order of account_score's arrays.
-- many
-- param  run_id        bigint
-- param  as_of         date
-- column scorecard_id  bigint
-- column ordinal       int
-- column name          text
-- column label         text
-- column group_name    text
-- column group_label   text
-- column metric        text
-- column unit          text
-- column direction     text
-- column weight        bigint
-- column sentence      text
SELECT m.scorecard_id, m.ordinal, m.name, m.label, m.group_name, m.group_label, m.metric, m.unit,
  m.direction, m.weight, m.sentence
FROM score.measure AS m
WHERE m.scorecard_id IN (
  SELECT DISTINCT s.scorecard_id
  FROM score.account_score AS s
  WHERE s.as_of = $2::date AND s.run_id <= $1::bigint AND s.until_run_id > $1::bigint
    AND s.role = 'champion'
)
ORDER BY m.scorecard_id, m.ordinal;
