-- Apply every tombstone to everything.
-- one
-- column rows  bigint
SELECT ops.forget(NULL) + ops.forget_rest() AS rows;
