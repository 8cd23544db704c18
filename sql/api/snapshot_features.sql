-- The features of a model in the order of risk_contribution.
-- many
-- param  model_id  bigint
-- column ordinal   int
-- column name      text
-- column label     text
-- column unit      text
SELECT ordinal, name, label, unit
FROM score.feature
WHERE model_id = $1::bigint
ORDER BY ordinal;
