-- Fix the secret that signs cursors, unless it is fixed already.
-- none
-- param value  text    64 hex digits
INSERT INTO ops.setting (name, value)
VALUES ('cursor_key', $1::text)
ON CONFLICT (name) DO NOTHING;
