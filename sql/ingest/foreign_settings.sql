-- Did the settings that the connection asked for arrive at the server?
-- one
-- column are_ours  bool
SELECT current_setting('default_transaction_read_only') = 'on' AND current_setting('TimeZone') = 'UTC'
  AND current_setting('search_path') = 'pg_catalog' AS are_ours;
