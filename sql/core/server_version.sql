-- Version of the server, for the diagnosis.
-- one
-- column number  int
-- column at      timestamptz
SELECT current_setting('server_version_num')::integer AS number, clock_timestamp() AS at;
