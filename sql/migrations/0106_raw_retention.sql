-- Versions that a newer one of their key replaced long ago may go. Up to where they did no load can be
-- retracted any more, for what stood below it is not there.

ALTER TABLE ops.raw_table ADD COLUMN kept_no bigint NOT NULL DEFAULT 0,
  ADD COLUMN purged_no bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN ops.raw_table.kept_no IS 'Of what was replaced by loads up to this commit number only what counts is kept, and none of them can be retracted.';
COMMENT ON COLUMN ops.raw_table.purged_no IS 'Retention has gone through the loads up to this commit number.';

ALTER TABLE ops.retention DROP CONSTRAINT retention_what_check,
  ADD CONSTRAINT retention_what_check CHECK (what IN ('usage', 'reject', 'id', 'raw'));
COMMENT ON COLUMN ops.retention.what IS 'usage (by its day), reject (by the time it was loaded), id (by the time of the event it belongs to), raw (by the time a version was replaced).';

CREATE FUNCTION ops.raw_label(t ops.raw_table) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $body$
  SELECT CASE WHEN t.namespace = '' THEN t.stream ELSE t.namespace || '.' || t.stream END
$body$;
COMMENT ON FUNCTION ops.raw_label(ops.raw_table) IS 'A stream of its own as loads name it.';

-- A version is never shown again when, of the settled ones of its key, a better one is of the same
-- generation or a later one: whatever floor is stated. With an order better is who is greater in it; equals
-- stay, for an equal record that comes again is known by them. A version whose load was retracted is not
-- shown either, nor one below a floor where such records are left out. Hidden generations are not touched.
CREATE FUNCTION ops.raw_purge(id bigint, the_load bigint, upto bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
  t record;
  newest text;
  superseded text;
  undone text;
  below text;
  floor_no bigint;
  gone bigint;
BEGIN
  SELECT relation, order_fields, keyed, hard INTO STRICT t FROM ops.raw_table WHERE raw_id = id;
  SELECT string_agg(format('v.%I DESC NULLS LAST', c.name), ', ' ORDER BY o.n)
  INTO newest
  FROM unnest(t.order_fields) WITH ORDINALITY AS o(field, n)
  JOIN ops.raw_column AS c ON c.raw_id = id AND c.field = o.field AND c.variant = ''
  WHERE c.type <> 'jsonb';
  SELECT max(g.generation) INTO floor_no
  FROM ops.raw_generation AS g
  JOIN ops.load AS l ON l.load_id = g.load_id
  WHERE g.raw_id = id AND g.state = 'floor' AND l.commit_no <= upto AND l.undone_no IS NULL
    AND (the_load IS NULL OR g.load_id = the_load);
  superseded := format('SELECT s._kenko_load_id, s._kenko_ordinal
    FROM (
      SELECT v._kenko_load_id, v._kenko_ordinal,
        max(coalesce(v._kenko_generation, -9223372036854775808)) OVER (
          PARTITION BY v._kenko_key ORDER BY %2$s
          GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
          >= coalesce(v._kenko_generation, -9223372036854775808) AS is_superseded
      FROM raw_version.%1$I AS v
      JOIN ops.load AS l ON l.load_id = v._kenko_load_id
      WHERE l.undone_no IS NULL AND l.commit_no <= $2
        AND (v._kenko_generation IS NULL OR v._kenko_generation <> ALL ((SELECT ops.raw_hidden(%4$s))::bigint[]))
        %3$s
    ) AS s
    WHERE s.is_superseded', t.relation, coalesce(newest, 'l.commit_no DESC, v._kenko_ordinal DESC'),
    CASE WHEN the_load IS NULL THEN ''
      ELSE format('AND v._kenko_key IN (SELECT n._kenko_key FROM raw_version.%I AS n WHERE n._kenko_load_id = $1)', t.relation)
      END, id);
  undone := format('SELECT v._kenko_load_id, v._kenko_ordinal
    FROM raw_version.%I AS v
    JOIN ops.load AS l ON l.load_id = v._kenko_load_id
    WHERE l.undone_no <= $2 %s', t.relation,
    CASE WHEN the_load IS NULL THEN '' ELSE 'AND v._kenko_load_id = $1' END);
  below := format('SELECT v._kenko_load_id, v._kenko_ordinal
    FROM raw_version.%I AS v
    WHERE coalesce(v._kenko_generation, -9223372036854775808) < $3', t.relation);
  EXECUTE concat_ws(' ',
    CASE WHEN the_load IS NULL THEN 'SELECT count(*) FROM ('
      ELSE format('WITH gone AS (DELETE FROM raw_version.%I AS w USING (', t.relation) END,
    undone,
    CASE WHEN t.keyed AND (newest IS NOT NULL OR cardinality(t.order_fields) = 0)
      THEN 'UNION ' || superseded END,
    CASE WHEN floor_no IS NOT NULL AND (t.hard OR NOT t.keyed) THEN 'UNION ' || below END,
    CASE WHEN the_load IS NULL THEN ') AS d'
      ELSE ') AS d WHERE w._kenko_load_id = d._kenko_load_id AND w._kenko_ordinal = d._kenko_ordinal
        RETURNING 1) SELECT count(*) FROM gone' END)
  INTO gone USING the_load, upto, floor_no;
  RETURN gone;
END
$body$;
COMMENT ON FUNCTION ops.raw_purge(bigint, bigint, bigint) IS 'Drop the versions that will never be shown, of the keys that a load brought, and say how many; without a load count them in the whole table.';
