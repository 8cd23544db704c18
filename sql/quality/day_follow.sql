-- Note up to which commit the days that checks look at follow the loads.
-- none
-- param commit_no  bigint
-- param basis      text
INSERT INTO ops.usage_day_mark (commit_no, basis)
VALUES ($1::bigint, $2::text)
ON CONFLICT (only_row) DO UPDATE
SET commit_no = excluded.commit_no, basis = excluded.basis;
