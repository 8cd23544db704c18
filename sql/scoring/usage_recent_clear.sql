-- Empty the table of recent usage.
-- none
DELETE FROM bi.usage_recent;
