-- Tell servers that keys changed.
-- one
-- column told  bool
SELECT pg_notify('kenko_key', '') IS NOT NULL AS told;
