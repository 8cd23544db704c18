-- What people said over the health of an account, newest first.
-- many shown
-- param  account_id  bigint
-- param  load_id     bigint null
-- column load_id     bigint    The load that keeps it; kenko load undo takes it back.
-- column kind        text    cap (at most), floor (at least) or set.
-- column value_bp    int    Health.
-- column reason      text    Why.
-- column author      text    Who.
-- column valid_from  date    First day it holds for.
-- column expires_on  date    Day after the last.
-- column created_at  timestamptz    When it was said.
-- column is_undone   bool    It was taken back.
SELECT o.load_id, o.kind, o.value_bp, o.reason, o.author, o.valid_from, o.expires_on, l.committed_at AS created_at,
  l.undone_no IS NOT NULL AS is_undone
FROM outreach.override AS o
JOIN ops.load AS l ON l.load_id = o.load_id
WHERE o.account_id = $1::bigint AND ($2::bigint IS NULL OR o.load_id = $2::bigint)
ORDER BY o.override_id DESC
LIMIT 1000;
