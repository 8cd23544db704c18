-- When data came in last: of all streams the newest, and the one that lags most.
-- one
-- column newest_at  timestamptz null
-- column oldest_at  timestamptz null
-- column oldest     text null
SELECT max(f.last_load_at) AS newest_at, min(f.last_load_at) AS oldest_at,
  (array_agg(f.source || '/' || f.stream ORDER BY f.last_load_at, f.source, f.stream))[1] AS oldest
FROM bi.freshness AS f;
