-- Make the subjects that are seen for the first time.
-- none
-- param by     text
-- param names  text[]
INSERT INTO warehouse.subject (by, name)
SELECT $1::text, u.name
FROM unnest($2::text[]) AS u(name)
ORDER BY u.name
ON CONFLICT (by, name) DO NOTHING;
