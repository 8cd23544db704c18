-- Take the turn of merging ids until the transaction ends, unless somebody else has it: two who merge
-- the same would write it twice.
-- one
-- column is_ours  bool
SELECT pg_try_advisory_xact_lock(hashtextextended('kenko merges ids', 0)) AS is_ours;
