-- Which server this is, and what its present snapshot sees.
-- one
-- column identity  text     of the cluster and its history; transactions count anew with another
-- column lowest    bigint   the oldest transaction that may still run
-- column next      bigint   the first that has not begun
SELECT s.system_identifier || '/' || p.timeline_id AS identity,
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS lowest,
  pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next
FROM pg_control_system() AS s, pg_control_checkpoint() AS p;
