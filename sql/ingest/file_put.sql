-- Move a file's watermark, in the transaction of the batch it speaks of.
-- none
-- param source        text
-- param stream        text
-- param path          text
-- param generation    int
-- param position      bigint
-- param line          bigint
-- param prefix_hash   bytea
-- param content_hash  bytea null
-- param header        text
-- param complete      bool
-- param load_id       bigint
INSERT INTO ops.file (source, stream, path, generation, size, position, line, prefix_hash,
  content_hash, header, complete, first_load_id, last_load_id)
VALUES ($1::text, $2::text, $3::text, $4::integer, $5::bigint, $5::bigint, $6::bigint, $7::bytea,
  $8::bytea, $9::text, $10::boolean, $11::bigint, $11::bigint)
ON CONFLICT (source, stream, path) DO UPDATE
SET generation = excluded.generation, size = excluded.size, position = excluded.position,
  line = excluded.line, prefix_hash = excluded.prefix_hash, content_hash = excluded.content_hash,
  header = excluded.header, complete = excluded.complete, last_load_id = excluded.last_load_id,
  first_load_id = CASE WHEN ops.file.generation = excluded.generation
    THEN ops.file.first_load_id ELSE excluded.first_load_id END;
