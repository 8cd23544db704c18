-- The sessions that are valid now, with the time they have left and have been idle for.
-- many
-- column token_sha256  bytea
-- column user_id       text
-- column left_us       bigint    microseconds until it expires
-- column idle_us       bigint    since it was seen
SELECT s.token_sha256, s.user_id, (extract(epoch FROM s.expires_at - now()) * 1000000)::bigint AS left_us,
  (extract(epoch FROM now() - s.seen_at) * 1000000)::bigint AS idle_us
FROM ops.session AS s
JOIN ops.user AS u ON u.user_id = s.user_id AND u.disabled_at IS NULL
WHERE s.expires_at > now()
ORDER BY s.token_sha256;
