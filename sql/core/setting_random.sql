-- Fix a random 256-bit secret under a name, unless it is fixed already.
-- none
-- param name   text
INSERT INTO ops.setting (name, value)
VALUES ($1::text, encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex'))
ON CONFLICT (name) DO NOTHING;
