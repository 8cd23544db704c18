-- How far the files of a stream were read.
-- many
-- param  source        text
-- param  stream        text
-- column path          text
-- column generation    int
-- column size          bigint
-- column position      bigint
-- column line          bigint
-- column prefix_hash   bytea
-- column content_hash  bytea null
-- column header        text
-- column complete      bool
SELECT path, generation, size, position, line, prefix_hash, content_hash, header, complete
FROM ops.file
WHERE source = $1::text AND stream = $2::text
ORDER BY path;
