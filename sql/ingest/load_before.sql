-- The last commit number before an instant; 0 for none.
-- one
-- param  before     timestamptz
-- column commit_no  bigint
SELECT coalesce(min(l.commit_no) FILTER (WHERE l.committed_at >= $1::timestamptz) - 1,
  max(l.commit_no), 0) AS commit_no
FROM ops.load AS l;
