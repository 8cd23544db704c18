-- Retention has gone through the loads of all tables up to a commit number.
-- none
-- param at_no  bigint
UPDATE ops.raw_table
SET purged_no = least($1::bigint, kept_no)
WHERE purged_no < least($1::bigint, kept_no);
