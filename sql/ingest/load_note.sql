-- Say something about a load.
-- none
-- param load_id  bigint
-- param message  text
UPDATE ops.load
SET message = $2::text
WHERE load_id = $1::bigint;
