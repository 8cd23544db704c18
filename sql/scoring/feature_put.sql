-- One feature of a model.
-- none
-- param model_id  bigint
-- param ordinal   int
-- param name      text
-- param label     text
-- param unit      text
-- param sentence  text
INSERT INTO score.feature (model_id, ordinal, name, label, unit, sentence)
VALUES ($1::bigint, $2::integer, $3::text, $4::text, $5::text, $6::text);
