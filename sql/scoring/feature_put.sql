-- One feature of a model.
-- none
-- param model_id  bigint
-- param ordinal   int
-- param name      text
-- param label     text
-- param unit      text
INSERT INTO score.feature (model_id, ordinal, name, label, unit)
VALUES ($1::bigint, $2::integer, $3::text, $4::text, $5::text);
