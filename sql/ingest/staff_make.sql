-- Owners named by account records become staff.
-- none
-- param load_id  bigint
INSERT INTO identity.staff (email)
SELECT DISTINCT v.owner_email
FROM warehouse.account AS v
WHERE v.load_id = $1::bigint AND v.owner_email <> ''
ORDER BY v.owner_email
ON CONFLICT (email) DO NOTHING;
