-- How far each stream has come.
-- many shown
-- column source        text    Source.
-- column stream        text    Stream.
-- column last_load_at  timestamptz    Its latest load.
-- column read          bigint    Records read so far.
-- column loaded        bigint    That became facts.
-- column rejected      bigint    That could not.
SELECT f.source, f.stream, f.last_load_at, f.read_count::bigint AS read, f.loaded::bigint AS loaded,
  f.rejected::bigint AS rejected
FROM bi.freshness AS f
ORDER BY f.last_load_at, f.source, f.stream;
