-- State what becomes of a generation of a stream.
-- none
-- param raw_id      bigint
-- param load_id     bigint
-- param generation  bigint
-- param state       text
INSERT INTO ops.raw_generation (raw_id, load_id, generation, state)
VALUES ($1::bigint, $2::bigint, $3::bigint, $4::text);
