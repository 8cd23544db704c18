-- Fix a decision, unless it is fixed already.
-- none
-- param name   text
-- param value  text
INSERT INTO ops.setting (name, value)
VALUES ($1::text, $2::text)
ON CONFLICT (name) DO NOTHING;
