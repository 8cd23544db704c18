-- Open a load: one batch of one file.
-- one
-- param  run_id       bigint null
-- param  kind         text
-- param  source       text
-- param  stream       text
-- param  file         text
-- param  from_offset  bigint
-- column load_id      bigint
INSERT INTO ops.load (run_id, kind, source, stream, file, from_offset)
VALUES ($1::bigint, $2::text, $3::text, $4::text, $5::text, $6::bigint)
RETURNING load_id;
