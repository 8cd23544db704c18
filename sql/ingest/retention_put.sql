-- Note from when on something is kept; it only moves on.
-- none
-- param what       text
-- param kept_from  timestamptz
INSERT INTO ops.retention (what, kept_from)
VALUES ($1::text, $2::timestamptz)
ON CONFLICT (what, source, stream) DO UPDATE
SET kept_from = greatest(retention.kept_from, excluded.kept_from);
