-- End every session of a person.
-- none
-- param  user_id  text
DELETE FROM ops.session
WHERE user_id = $1::text;
