-- The ids that a load brought, sorted.
-- none
-- param source   text
-- param stream   text
-- param load_id  bigint
-- param keys     bytea
INSERT INTO ops.seen (source, stream, bucket, load_id, keys)
VALUES ($1::text, $2::text, 0, $3::bigint, $4::bytea);
