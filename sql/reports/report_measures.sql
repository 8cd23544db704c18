-- The measures of a scorecard version.
-- many
-- param  scorecard_id  bigint
-- column ordinal       int
-- column label         text
-- column group_label   text
-- column unit          text
-- column sentence      text
SELECT ordinal, label, group_label, unit, sentence
FROM score.measure
WHERE scorecard_id = $1::bigint
ORDER BY ordinal;
