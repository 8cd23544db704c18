-- Note a change in what a source delivers.
-- none
-- param source   text
-- param stream   text
-- param place    text
-- param change   text
-- param field    text
-- param detail   text
-- param load_id  bigint null
INSERT INTO ops.schema_event (source, stream, place, change, field, detail, load_id)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::bigint);
