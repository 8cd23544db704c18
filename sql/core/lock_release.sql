-- Give the session's advisory lock of a name back.
-- one
-- param  name      text
-- column released  bool
SELECT pg_advisory_unlock(hashtextextended($1::text, 0)) AS released;
