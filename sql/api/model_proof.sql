-- How good a model was on time it had not seen.
-- maybe shown
-- param  model_id  bigint
-- column model_id    bigint    The model.
-- column state       text    active, candidate, shadow, retired or refused.
-- column message     text    A clear word.
-- column evaluation  jsonb    Discrimination, calibration and their parts, as docs/method.md explains them.
SELECT m.model_id, m.state, m.message, m.evaluation
FROM score.model AS m
WHERE m.model_id = $1::bigint;
