-- The versions of a large load that say nothing new were looked for once per version: the planner,
-- held to nested loops, may walk a list of them for each row. They are listed first now, and taken
-- back by their numbers.

CREATE OR REPLACE FUNCTION ops.raw_settle(id bigint, the_load bigint, hiding bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off AS $body$
DECLARE
  t record;
  gone record;
  unchanged bigint[];
  hidden bigint[] := array_remove(ops.raw_hidden(id) || hiding, NULL);
BEGIN
  SELECT relation, order_fields INTO STRICT t FROM ops.raw_table WHERE raw_id = id;
  EXECUTE format('SELECT array_agg(d._kenko_ordinal)
    FROM (
      SELECT s._kenko_load_id, s._kenko_ordinal, %2$s AS unchanged
      FROM (
        SELECT v._kenko_load_id, v._kenko_ordinal, v._kenko_key, v._kenko_hash,
          CASE WHEN v._kenko_generation = ANY ($2) THEN v._kenko_generation END AS apart
        FROM (SELECT DISTINCT n._kenko_key FROM raw_version.%1$I AS n WHERE n._kenko_load_id = $1) AS h
        JOIN raw_version.%1$I AS v ON v._kenko_key = h._kenko_key
        WHERE (SELECT l.undone_no IS NULL FROM ops.load AS l WHERE l.load_id = v._kenko_load_id)
      ) AS s
      WINDOW arrival AS (PARTITION BY s._kenko_key, s.apart ORDER BY s._kenko_load_id, s._kenko_ordinal),
        same AS (PARTITION BY s._kenko_key, s.apart, s._kenko_hash ORDER BY s._kenko_load_id, s._kenko_ordinal)
    ) AS d
    WHERE d._kenko_load_id = $1 AND d.unchanged', t.relation,
    CASE WHEN cardinality(t.order_fields) = 0 THEN 's._kenko_hash = lag(s._kenko_hash) OVER arrival'
      ELSE 'row_number() OVER same > 1' END)
  INTO unchanged USING the_load, hidden;
  IF unchanged IS NULL THEN
    RETURN 0;
  END IF;
  EXECUTE format('WITH gone AS (
      DELETE FROM raw_version.%1$I AS w
      WHERE w._kenko_load_id = $1 AND w._kenko_ordinal = ANY ($2)
      RETURNING w._kenko_key AS key, w._kenko_hash AS hash, w._kenko_generation AS generation
    )
    SELECT array_agg(key) FILTER (WHERE generation IS NOT NULL) AS keys,
      array_agg(hash) FILTER (WHERE generation IS NOT NULL) AS hashes,
      array_agg(generation) FILTER (WHERE generation IS NOT NULL) AS generations
    FROM gone', t.relation)
  INTO gone USING the_load, unchanged;
  IF gone.keys IS NOT NULL THEN
    EXECUTE format('UPDATE raw_version.%1$I AS w
      SET _kenko_generation = g.generation
      FROM (
        SELECT u.key, u.hash, max(u.generation) AS generation
        FROM unnest($1, $2, $3) AS u(key, hash, generation)
        WHERE u.generation <> ALL ($4)
        GROUP BY u.key, u.hash
      ) AS g
      WHERE w._kenko_key = g.key AND w._kenko_hash = g.hash
        AND (w._kenko_generation IS NULL
          OR (w._kenko_generation <> ALL ($4) AND w._kenko_generation < g.generation))', t.relation)
    USING gone.keys, gone.hashes, gone.generations, hidden;
  END IF;
  RETURN cardinality(unchanged);
END
$body$;
