-- The COPY that reads a table of somebody else's server: each row as JSON, its cursor and key, and
-- whether it lies past what an earlier run reached, and past what one that was broken off had done.
-- Rows that were known are passed over by their version: known is as old as the oldest transaction
-- that ran when they were read, so a row that was committed late is not missed. Below from a margin
-- is looked at again, for clocks that differ, and numbers that were drawn ahead; times without a
-- zone may repeat an hour. Of bounds each may be missing: type, from, reached, known, known_span,
-- done_cursor, done_key, done, done_span, limit.
-- one
-- param  relation   text       quoted
-- param  columns    text[]
-- param  cursor_column  text null
-- param  key_column     text null
-- param  bounds     jsonb
-- column statement  text
WITH b AS (
  SELECT $5::jsonb ->> 'reached' AS reached,
    CASE $5::jsonb ->> 'type'
      WHEN 'timestamptz' THEN (($5::jsonb ->> 'from')::timestamptz - interval '10 minutes')::text
      WHEN 'timestamp' THEN (($5::jsonb ->> 'from')::timestamp - interval '70 minutes')::text
      WHEN 'date' THEN (($5::jsonb ->> 'from')::date - 1)::text
      WHEN 'number' THEN (($5::jsonb ->> 'from')::numeric - 10000)::text
      ELSE $5::jsonb ->> 'from' END AS lower,
    $5::jsonb ->> 'done_cursor' AS done_cursor, $5::jsonb ->> 'done_key' AS done_key,
    CASE WHEN $5::jsonb ? 'known' THEN format(
      '(t.xmin::text::bigint - %s + 4294967296) %% 4294967296 < %s',
      ($5::jsonb ->> 'known')::bigint % 4294967296, ($5::jsonb ->> 'known_span')::bigint) END AS known,
    CASE WHEN $5::jsonb ? 'done' THEN format(
      '(t.xmin::text::bigint - %s + 4294967296) %% 4294967296 < %s',
      ($5::jsonb ->> 'done')::bigint % 4294967296, ($5::jsonb ->> 'done_span')::bigint) END AS done
), part AS (
  SELECT
    CASE WHEN reached IS NULL THEN 'true' ELSE format('t.%I > %L', $3::text, reached) END AS is_past,
    CASE WHEN done_cursor IS NULL THEN 'true'
      ELSE format('(t.%I, t.%I) >= (%L, %L)', $3::text, $4::text, done_cursor, done_key) END AS is_open,
    CASE WHEN lower IS NULL THEN 'true'
      ELSE format('(t.%I >= %L OR t.%1$I IS NULL)', $3::text, lower) END AS is_above,
    known, done
  FROM b
)
SELECT format(
    'COPY (SELECT (SELECT row_to_json(r) FROM (SELECT %s) AS r)::text, %s, %s, (%s)::text, (%s)::text '
    'FROM %s AS t WHERE %s%s%s%s%s) TO STDOUT (FORMAT binary)',
    (SELECT string_agg(format('t.%I', c), ', ' ORDER BY c) FROM unnest($2::text[]) AS c),
    CASE WHEN $3::text IS NULL THEN 'NULL::text' ELSE format('t.%I::text', $3::text) END,
    CASE WHEN $4::text IS NULL THEN 'NULL::text' ELSE format('t.%I::text', $4::text) END,
    is_past, is_open, $1::text, is_above,
    CASE WHEN known IS NULL THEN '' ELSE format(' AND (%s OR %s)', is_past, known) END,
    CASE WHEN done IS NULL THEN ''
      ELSE format(' AND (%s OR t.%I IS NULL OR %s)', is_open, $3::text, done) END,
    CASE WHEN $3::text IS NULL THEN '' ELSE format(' ORDER BY t.%I, t.%I', $3::text, $4::text) END,
    CASE WHEN $5::jsonb ? 'limit' THEN format(' LIMIT %s', ($5::jsonb ->> 'limit')::bigint) ELSE '' END
  ) AS statement
FROM part;
