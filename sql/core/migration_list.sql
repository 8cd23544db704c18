-- The migrations that were applied.
-- many
-- column number  int
-- column name    text
-- column sha256  text
SELECT number, name, sha256
FROM ops.migration
ORDER BY number;
