-- How far each stream has come.
-- many shown
-- column source        text    Source.
-- column stream        text    Stream.
-- column last_load_at  timestamptz    Its latest load.
-- column last_load_id  bigint    That load.
-- column read          bigint    Records read so far.
-- column loaded        bigint    That became facts.
-- column duplicate     bigint    That were known already.
-- column ignored       bigint    That a named rule leaves out.
-- column rejected      bigint    That could not become facts.
SELECT f.source, f.stream, f.last_load_at, f.last_load_id, f.read_count::bigint AS read,
  f.loaded::bigint AS loaded, f.duplicate::bigint AS duplicate, f.ignored::bigint AS ignored,
  f.rejected::bigint AS rejected
FROM bi.freshness AS f
ORDER BY f.source, f.stream;
