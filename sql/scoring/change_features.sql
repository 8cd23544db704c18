-- The features of a model.
-- many
-- param  model_id  bigint
-- column label     text
-- column unit      text
-- column sentence  text
SELECT label, unit, sentence
FROM score.feature
WHERE model_id = $1::bigint
ORDER BY ordinal;
