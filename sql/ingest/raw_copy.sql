-- The COPY that takes a stream's records.
-- one
-- param  raw_id  bigint
-- column text    text
SELECT ops.raw_copy($1::bigint) AS text;
