-- Make or renew a stream's view.
-- one
-- param  raw_id  bigint
-- column done    bool
SELECT ops.raw_show($1::bigint) AS done;
