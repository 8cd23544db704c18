-- Remove a portion of the events that lay too long and whose key no source names. Those that were loaded
-- while one named it go without a word, the others become rejects of a load.
-- one
-- param  keys      text[]        that sources name
-- param  before    timestamptz   received before it
-- param  load_id   bigint
-- param  max_rows  int
-- column removed   bigint
-- column rejected  bigint
WITH gone AS (
  DELETE FROM ops.inbox AS i
  WHERE i.seq IN (
    SELECT o.seq
    FROM ops.inbox AS o
    WHERE o.received_at < $2::timestamptz AND o.key_id <> ALL ($1::text[])
    ORDER BY o.seq
    LIMIT $4::integer
  )
  RETURNING i.seq, i.key_id, i.body
),
unread AS (
  SELECT g.seq, g.key_id, g.body
  FROM gone AS g
  WHERE NOT EXISTS (
    SELECT
    FROM ops.watermark AS w
    WHERE w.stream = g.key_id
      AND CASE WHEN w.position ~ '^[0-9]{1,18}$' THEN w.position::bigint >= g.seq END
  )
),
put AS (
  INSERT INTO ops.reject (load_id, ordinal, line, field, reason, message, raw, raw_size)
  SELECT $3::bigint, u.seq, u.seq, '', 'no_source',
    'no source names the key ' || u.key_id || ' that it was pushed with', substr(u.body, 1, 4096),
    octet_length(u.body)
  FROM unread AS u
  RETURNING 1
)
SELECT (SELECT count(*) FROM gone) AS removed, (SELECT count(*) FROM put) AS rejected;
