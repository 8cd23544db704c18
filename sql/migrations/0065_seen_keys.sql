-- Hashes do not compress: do not try.

ALTER TABLE ops.seen ALTER COLUMN keys SET STORAGE EXTERNAL;
