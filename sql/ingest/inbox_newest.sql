-- The greatest number of an event; 0 when there is none.
-- one
-- column seq  bigint
SELECT coalesce(max(i.seq), 0) AS seq
FROM ops.inbox AS i;
