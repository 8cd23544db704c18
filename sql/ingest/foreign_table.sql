-- What is known of a table in the catalogue of somebody else's server; no row when there is none.
-- maybe
-- param  relation       text
-- param  columns        text[]       that are read
-- param  cursor_column  text null
-- param  key_column     text
-- column relation       text         quoted
-- column kind           text         as in pg_class
-- column estimated      bigint       rows
-- column is_usable      bool         the schema may be used
-- column missing        text[]       columns that it has not
-- column denied         text[]       columns that may not be read; by a cursor xmin is one of them
-- column cursor_type    text null    timestamptz, timestamp, date, number or other
-- column is_indexed     bool         an index begins with the cursor
-- column is_unique      bool         an index says that the key is; of a view none can
SELECT format('%I.%I', n.nspname, c.relname) AS relation, c.relkind::text AS kind,
  CASE WHEN c.relkind = 'p' THEN (
      SELECT coalesce(sum(greatest(l.reltuples, 0)), 0)::bigint
      FROM pg_partition_tree(c.oid) AS t
      JOIN pg_class AS l ON l.oid = t.relid
      WHERE t.isleaf AND l.relkind <> 'p'
    ) ELSE greatest(c.reltuples, 0)::bigint END AS estimated,
  has_schema_privilege(n.oid, 'USAGE') AS is_usable,
  ARRAY(
    SELECT w.name FROM unnest($2::text[]) AS w (name)
    WHERE NOT EXISTS (
      SELECT FROM pg_attribute AS a
      WHERE a.attrelid = c.oid AND a.attname = w.name AND a.attnum > 0 AND NOT a.attisdropped
    )
    ORDER BY w.name
  ) AS missing,
  ARRAY(
    SELECT a.attname::text FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND NOT a.attisdropped
      AND (a.attname = ANY ($2::text[]) OR (a.attname = 'xmin' AND $3::text IS NOT NULL))
      AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')
    ORDER BY a.attname
  ) AS denied,
  (
    SELECT CASE
      WHEN t.typname IN ('timestamptz', 'timestamp', 'date') THEN t.typname::text
      WHEN t.typname IN ('int2', 'int4', 'int8', 'numeric') THEN 'number'
      ELSE 'other' END
    FROM pg_attribute AS a
    JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attname = $3::text AND NOT a.attisdropped
  ) AS cursor_type,
  EXISTS (
    SELECT FROM pg_index AS i
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND a.attname = $3::text
  ) AS is_indexed,
  c.relkind = 'v' OR EXISTS (
    SELECT FROM pg_index AS i
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
      AND i.indnkeyatts = 1 AND a.attname = $4::text
  ) AS is_unique
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass($1::text);
