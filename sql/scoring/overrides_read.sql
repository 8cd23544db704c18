-- What people said over healths, as known at a commit number; the last of an account's that holds on a
-- day wins.
-- many
-- param  known_no    bigint
-- column account_id  bigint
-- column kind        text
-- column value_bp    int
-- column reason      text
-- column author      text
-- column valid_from  date
-- column expires_on  date
SELECT o.account_id, o.kind, o.value_bp, o.reason, o.author, o.valid_from, o.expires_on
FROM outreach.override AS o
JOIN ops.load AS l ON l.load_id = o.load_id
WHERE l.commit_no <= $1::bigint AND (l.undone_no IS NULL OR l.undone_no > $1::bigint)
ORDER BY o.account_id, l.commit_no, o.override_id;
