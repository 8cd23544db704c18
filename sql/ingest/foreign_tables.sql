-- Tables and views in somebody else's database, without its own catalogues and what belongs to an
-- extension; a partitioned table stands for its partitions.
-- many
-- param  configured  text[]          tables as kenko.yaml names them
-- column name        text            schema.table, quoted where it must be
-- column kind        text            as in pg_class
-- column estimated   bigint null     rows; null when nobody counted yet, and of views
-- column may_read    bool            its schema, and a column at least
-- column place       bigint null     of the one that names it among `configured`, from 1
-- column columns     text[]
-- column types       text[]          of each: boolean, integer, decimal, day, time, text or other
-- column key         text[]          of the primary key, else of a unique index without nulls
-- column indexed     text[]          columns with which an index begins
WITH shown AS (
  SELECT c.oid, c.relkind, c.reltuples, n.oid AS schema_id,
    format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
    AND NOT EXISTS (
      SELECT FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    )
)
SELECT s.name, s.relkind::text AS kind,
  CASE
    WHEN s.relkind = 'v' THEN NULL
    WHEN s.relkind = 'p' THEN (
      SELECT sum(nullif(l.reltuples, -1))::bigint
      FROM pg_partition_tree(s.oid) AS t
      JOIN pg_class AS l ON l.oid = t.relid
      WHERE t.isleaf AND l.relkind <> 'p'
    )
    ELSE nullif(s.reltuples, -1)::bigint END AS estimated,
  has_schema_privilege(s.schema_id, 'USAGE') AND has_any_column_privilege(s.oid, 'SELECT') AS may_read,
  (
    SELECT w.place FROM unnest($1::text[]) WITH ORDINALITY AS w (name, place)
    WHERE to_regclass(w.name) = s.oid ORDER BY w.place LIMIT 1
  ) AS place,
  ARRAY(
    SELECT a.attname::text FROM pg_attribute AS a
    WHERE a.attrelid = s.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
  ) AS columns,
  ARRAY(
    SELECT CASE
        WHEN t.typname = 'bool' THEN 'boolean'
        WHEN t.typname IN ('int2', 'int4', 'int8') THEN 'integer'
        WHEN t.typname IN ('numeric', 'float4', 'float8') THEN 'decimal'
        WHEN t.typname = 'date' THEN 'day'
        WHEN t.typname IN ('timestamp', 'timestamptz') THEN 'time'
        WHEN t.typcategory IN ('S', 'E') OR t.typname = 'uuid' THEN 'text'
        ELSE 'other' END
    FROM pg_attribute AS a
    JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE a.attrelid = s.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
  ) AS types,
  coalesce((
    SELECT ARRAY(
      SELECT a.attname::text FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k (num, at)
      JOIN pg_attribute AS a ON a.attrelid = s.oid AND a.attnum = k.num ORDER BY k.at
    )
    FROM pg_index AS i
    WHERE i.indrelid = s.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
      AND NOT EXISTS (
        SELECT FROM unnest(i.indkey[0:i.indnkeyatts - 1]) AS k (num)
        LEFT JOIN pg_attribute AS a ON a.attrelid = s.oid AND a.attnum = k.num
        WHERE k.num = 0 OR NOT a.attnotnull
      )
    ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1
  ), '{}') AS key,
  ARRAY(
    SELECT DISTINCT a.attname::text
    FROM pg_index AS i
    JOIN pg_attribute AS a ON a.attrelid = s.oid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = s.oid AND i.indisvalid AND i.indpred IS NULL ORDER BY a.attname::text
  ) AS indexed
FROM shown AS s
ORDER BY s.name;
