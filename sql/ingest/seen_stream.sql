-- Streams that have ids of so many loads that they are worth merging.
-- many
-- param  min_loads  bigint
-- column source     text
-- column stream     text
SELECT s.source, s.stream
FROM ops.seen AS s
GROUP BY s.source, s.stream
HAVING count(*) >= $1::bigint
ORDER BY s.source, s.stream;
