-- The features of a model.
-- many
-- param  model_id  bigint
-- column label     text
SELECT label
FROM score.feature
WHERE model_id = $1::bigint
ORDER BY ordinal;
