-- Move a watermark, in the transaction of the loads before it.
-- none
-- param source    text
-- param stream    text
-- param position  text
-- param run_id    bigint
-- param load_id   bigint null
INSERT INTO ops.watermark (source, stream, position, run_id, load_id)
VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::bigint)
ON CONFLICT (source, stream) DO UPDATE
SET position = excluded.position, run_id = excluded.run_id, load_id = excluded.load_id,
  moved_at = excluded.moved_at;
