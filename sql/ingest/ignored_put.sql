-- How many records of a load a rule left out.
-- none
-- param load_id  bigint
-- param rule     text
-- param records  bigint
INSERT INTO ops.load_ignored (load_id, rule, records)
VALUES ($1::bigint, $2::text, $3::bigint);
