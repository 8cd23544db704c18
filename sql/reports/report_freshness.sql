-- Sources: the newest load and how records ended.
-- many
-- column source        text
-- column stream        text
-- column last_load_at  timestamptz
-- column read_count    bigint
-- column duplicate     bigint
-- column ignored       bigint
-- column rejected      bigint
SELECT source, stream, last_load_at, read_count::bigint AS read_count, duplicate::bigint AS duplicate,
  ignored::bigint AS ignored, rejected::bigint AS rejected
FROM bi.freshness
ORDER BY source, stream;
