-- Records of a load that could not become facts.
-- many shown
-- param  load_id   bigint
-- param  reason    text null
-- param  after_id  bigint null
-- param  max_rows  int
-- column ordinal    bigint    Position among the records of the file.
-- column line       bigint    Line, from 1.
-- column at_column  int null    Column, from 1, in bytes.
-- column field      text    Field of the source.
-- column reason     text    Stable code.
-- column message    text    What is wrong and what was wanted.
-- column raw_size   bigint    Bytes of the record; the record itself is shown by kenko load rejects.
-- column page_id    bigint
SELECT r.ordinal, r.line, r.at_column, r.field, r.reason, r.message, r.raw_size, r.ordinal AS page_id
FROM ops.reject AS r
WHERE r.load_id = $1::bigint AND ($2::text IS NULL OR r.reason = $2::text)
  AND ($3::bigint IS NULL OR r.ordinal > $3::bigint)
ORDER BY r.ordinal
LIMIT $4::int;
