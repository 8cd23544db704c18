-- How far a file was read.
-- maybe
-- param  source        text
-- param  stream        text
-- param  path          text
-- column generation    int
-- column position      bigint
-- column line          bigint
-- column prefix_hash   bytea
-- column header        text
-- column complete      bool
SELECT generation, position, line, prefix_hash, header, complete
FROM ops.file
WHERE source = $1::text AND stream = $2::text AND path = $3::text;
