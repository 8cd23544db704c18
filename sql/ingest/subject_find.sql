-- The subjects behind names.
-- many
-- param  by          text
-- param  names       text[]
-- column name        text
-- column subject_id  bigint
SELECT name, subject_id
FROM warehouse.subject
WHERE by = $1::text AND name = ANY ($2::text[])
ORDER BY name;
