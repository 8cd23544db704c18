-- Up to which commit the days that checks look at follow the loads.
-- maybe
-- column commit_no  bigint
-- column basis      text
SELECT commit_no, basis
FROM ops.usage_day_mark;
