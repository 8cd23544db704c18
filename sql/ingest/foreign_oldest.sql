-- When the oldest transaction of somebody else's database began, as far as we may see it.
-- one
-- column own_at     timestamptz       begin of this statement's own transaction
-- column oldest_at  timestamptz
-- column hidden     bigint            sessions whose transactions we may not see
-- column is_copy    bool              a standby: transactions of its primary cannot be seen
SELECT coalesce(max(a.xact_start) FILTER (WHERE a.pid = pg_backend_pid()), 'epoch') AS own_at,
  coalesce(min(a.xact_start), 'epoch') AS oldest_at,
  count(*) FILTER (WHERE a.query = '<insufficient privilege>') AS hidden,
  pg_is_in_recovery() AS is_copy
FROM pg_stat_activity AS a
WHERE a.datname = current_database();
