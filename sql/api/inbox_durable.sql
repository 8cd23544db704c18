-- A COMMIT of this session is on the disk when it is answered, whatever the server's default is.
-- one
-- column value  text
SELECT CASE
  WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false)
  ELSE current_setting('synchronous_commit')
END AS value;
