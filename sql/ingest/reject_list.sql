-- The newest rejected records: where, and why.
-- many
-- param  max_rows   int
-- column load_id    bigint
-- column source     text
-- column file       text
-- column line       bigint
-- column at_column  int null
-- column field      text
-- column reason     text
-- column message    text
SELECT r.load_id, l.source, l.file, r.line, r.at_column, r.field, r.reason, r.message
FROM ops.reject AS r
JOIN ops.load AS l ON l.load_id = r.load_id
WHERE l.undone_no IS NULL
ORDER BY r.load_id DESC, r.ordinal
LIMIT $1::integer;
