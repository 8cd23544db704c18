-- Take the session's advisory lock of a name, without waiting.
-- one
-- param  name   text
-- column taken  bool
SELECT pg_try_advisory_lock(hashtextextended($1::text, 0)) AS taken;
