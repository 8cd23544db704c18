-- The secret that signs cursors, in hex.
-- maybe
-- column value  text
SELECT value
FROM ops.setting
WHERE name = 'cursor_key';
