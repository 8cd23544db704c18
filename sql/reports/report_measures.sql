-- The measures of a scorecard version.
-- many
-- param  scorecard_id  bigint
-- column ordinal       int
-- column name          text
-- column label         text
-- column group_name    text
-- column group_label   text
-- column unit          text
-- column sentence      text
-- column weight        bigint
-- column group_weight  bigint null
-- column definition    text null
SELECT ordinal, name, label, group_name, group_label, unit, sentence, weight, group_weight, definition
FROM score.measure
WHERE scorecard_id = $1::bigint
ORDER BY ordinal;
