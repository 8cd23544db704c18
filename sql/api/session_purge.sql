-- Forget sessions that ended, and of a person's all but the newest.
-- none
-- param  user_id  text
-- param  keep     int
DELETE FROM ops.session AS s
WHERE s.expires_at <= now()
  OR s.token_sha256 IN (
    SELECT o.token_sha256
    FROM ops.session AS o
    WHERE o.user_id = $1::text
    ORDER BY o.created_at DESC, o.token_sha256
    OFFSET $2::int
  );
