-- Note that a person signed in.
-- none
-- param  user_id  text
UPDATE ops.user
SET signed_in_at = now()
WHERE user_id = $1::text;
