-- The features of a model.
-- many
-- param  model_id  bigint
-- column label     text
-- column unit      text
SELECT label, unit
FROM score.feature
WHERE model_id = $1::bigint
ORDER BY ordinal;
