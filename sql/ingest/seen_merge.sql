-- Merge ids of a stream's loads into one run, oldest loads first, with every run that is not more than
-- four times as large as what goes below it: so each id is written a few times in all, and runs stay
-- few. What grew beyond a hundred million ids stays as it is, for the statement ends in minutes. Or, without loads, write one run anew. Ids of retracted loads, and of usage that came before an
-- instant, are left out.
-- one
-- param  source    text
-- param  stream    text
-- param  max_ids   bigint            of loads; 0 for none
-- param  before    timestamptz null
-- param  run_id    bigint null       to be written anew
-- column loads     bigint            rows of ops.seen that were merged
-- column ids_in    bigint
-- column ids       bigint            of the run that was made
WITH chunk AS (
  SELECT s.bucket, s.load_id, octet_length(s.keys) / 16 AS ids,
    sum(octet_length(s.keys) / 16) OVER (ORDER BY s.load_id, s.bucket) AS upto
  FROM ops.seen AS s
  WHERE s.source = $1::text AND s.stream = $2::text
), taken AS (
  SELECT c.bucket, c.load_id, c.ids FROM chunk AS c WHERE c.upto - c.ids < $3::bigint
), run AS (
  SELECT r.run_id, r.ids, sum(r.ids) OVER (ORDER BY r.ids, r.run_id) - r.ids AS below
  FROM ops.seen_run AS r
  WHERE r.source = $1::text AND r.stream = $2::text
), merged AS (
  SELECT r.run_id, r.ids
  FROM run AS r
  WHERE CASE WHEN $5::bigint IS NOT NULL THEN r.run_id = $5::bigint
    ELSE EXISTS (SELECT FROM taken) AND NOT EXISTS (
      SELECT FROM run AS q
      WHERE q.below <= r.below AND q.ids > least(100000000,
        4 * (q.below + (SELECT sum(t.ids) FROM taken AS t)))
    ) END
), entry AS (
  SELECT substring(k.keys FROM 16 * g.i + 1 FOR 16) AS key, k.load_id
  FROM (
    SELECT s.load_id, s.keys || ''::bytea AS keys
    FROM ops.seen AS s
    JOIN taken AS t ON t.bucket = s.bucket AND t.load_id = s.load_id
    WHERE s.source = $1::text AND s.stream = $2::text
    OFFSET 0
  ) AS k
  CROSS JOIN LATERAL generate_series(0, octet_length(k.keys) / 16 - 1) AS g (i)
  UNION ALL
  SELECT substring(p.entries FROM 24 * g.i + 1 FOR 16),
    ('x' || encode(substring(p.entries FROM 24 * g.i + 17 FOR 8), 'hex'))::bit(64)::bigint
  FROM merged AS m
  JOIN ops.seen_page AS p ON p.run_id = m.run_id
  CROSS JOIN LATERAL generate_series(0, octet_length(p.entries) / 24 - 1) AS g (i)
), forgotten AS (
  SELECT l.load_id
  FROM ops.load AS l
  WHERE l.source = $1::text AND l.stream = $2::text AND (l.undone_no IS NOT NULL
    OR (l.committed_at < $4::timestamptz AND l.stream IN ('usage_event', 'usage_metric')))
), numbered AS (
  SELECT e.key, e.load_id, (row_number() OVER (ORDER BY e.key) - 1) / 320 AS page
  FROM (
    SELECT DISTINCT ON (b.key) b.key, b.load_id
    FROM entry AS b
    WHERE NOT EXISTS (SELECT FROM forgotten AS f WHERE f.load_id = b.load_id)
    ORDER BY b.key, b.load_id DESC
  ) AS e
), page AS MATERIALIZED (
  SELECT string_agg(n.key || int8send(n.load_id), ''::bytea ORDER BY n.key) AS entries,
    count(*) AS ids, min(n.load_id) AS first_load, max(n.load_id) AS last_load
  FROM numbered AS n
  GROUP BY n.page
), made AS (
  INSERT INTO ops.seen_run (source, stream, ids, first_load, last_load)
  SELECT $1::text, $2::text, sum(p.ids)::bigint, min(p.first_load), max(p.last_load)
  FROM page AS p
  HAVING sum(p.ids) > 0
  RETURNING run_id, ids
), written AS (
  INSERT INTO ops.seen_page (run_id, first, entries)
  SELECT m.run_id, substring(p.entries FROM 1 FOR 16), p.entries
  FROM page AS p
  CROSS JOIN made AS m
), gone AS (
  DELETE FROM ops.seen AS s
  USING taken AS t
  WHERE s.source = $1::text AND s.stream = $2::text AND s.bucket = t.bucket
    AND s.load_id = t.load_id
), gone_run AS (
  DELETE FROM ops.seen_run AS r USING merged AS m WHERE r.run_id = m.run_id
)
SELECT (SELECT count(*) FROM taken) AS loads,
  ((SELECT coalesce(sum(t.ids), 0) FROM taken AS t)
    + (SELECT coalesce(sum(m.ids), 0) FROM merged AS m))::bigint AS ids_in,
  (SELECT coalesce(sum(m.ids), 0) FROM made AS m)::bigint AS ids;
