-- Make the parties that are seen for the first time.
-- none
-- param source        text
-- param external_ids  text[]
-- param load_id       bigint
INSERT INTO identity.party (source, external_id, created_load_id)
SELECT $1::text, u.external_id, $3::bigint
FROM unnest($2::text[]) AS u(external_id)
ORDER BY u.external_id
ON CONFLICT (source, external_id) DO NOTHING;
