-- Streams without a mapping: a typed table of versions for each, and a view of what counts today.
-- Their shape comes from the sources, so their statements are made here, from names that are quoted.

CREATE SCHEMA raw;
CREATE SCHEMA raw_version;
COMMENT ON SCHEMA raw IS 'Streams without a mapping as they are known now: one view each.';
COMMENT ON SCHEMA raw_version IS 'Versions of their records, append-only, each with the load that brought it.';

CREATE TABLE ops.raw_table (
  raw_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  namespace text NOT NULL,
  stream text NOT NULL,
  relation text NOT NULL UNIQUE,
  key_fields text[] NOT NULL,
  order_fields text[] NOT NULL,
  keyed boolean NOT NULL,
  hard boolean NOT NULL,
  UNIQUE (source, namespace, stream)
);
COMMENT ON TABLE ops.raw_table IS 'Streams that land in tables of their own.';
COMMENT ON COLUMN ops.raw_table.raw_id IS 'Surrogate.';
COMMENT ON COLUMN ops.raw_table.source IS 'Source name.';
COMMENT ON COLUMN ops.raw_table.namespace IS 'The source''s namespace, or empty.';
COMMENT ON COLUMN ops.raw_table.stream IS 'The stream as the source names it.';
COMMENT ON COLUMN ops.raw_table.relation IS 'Name of the table in raw_version and of the view in raw.';
COMMENT ON COLUMN ops.raw_table.key_fields IS 'Fields that say which records speak of the same thing; another list later stops the stream.';
COMMENT ON COLUMN ops.raw_table.order_fields IS 'Fields whose greatest values are the newest version; then the later arrival is.';
COMMENT ON COLUMN ops.raw_table.keyed IS 'Of records with one key only the newest counts; without a key each record counts.';
COMMENT ON COLUMN ops.raw_table.hard IS 'The view leaves deleted records out; otherwise it shows since when they are deleted.';

CREATE TABLE ops.raw_column (
  raw_id bigint NOT NULL REFERENCES ops.raw_table,
  position integer NOT NULL,
  field text NOT NULL,
  variant text NOT NULL DEFAULT '',
  name text NOT NULL,
  type text NOT NULL CHECK (type IN ('boolean', 'bigint', 'numeric', 'text', 'date', 'time', 'timestamp',
    'timestamptz', 'jsonb', 'base16', 'base64')),
  filled boolean NOT NULL DEFAULT false,
  declared boolean NOT NULL DEFAULT true,
  PRIMARY KEY (raw_id, position),
  UNIQUE (raw_id, name),
  UNIQUE (raw_id, field, variant)
);
COMMENT ON TABLE ops.raw_column IS 'Which field of a stream stands in which column; names stay as they were given once.';
COMMENT ON COLUMN ops.raw_column.raw_id IS 'The stream.';
COMMENT ON COLUMN ops.raw_column.position IS 'Order of the columns, from 0.';
COMMENT ON COLUMN ops.raw_column.field IS 'The field as the source names it.';
COMMENT ON COLUMN ops.raw_column.variant IS 'Type of the values here that do not fit the field''s first column; empty for that one.';
COMMENT ON COLUMN ops.raw_column.name IS 'The column: folded, at most 63 bytes, unlike every other of the table.';
COMMENT ON COLUMN ops.raw_column.type IS 'Its type; base16 and base64 are bytea, and how the source writes it.';
COMMENT ON COLUMN ops.raw_column.filled IS 'Has a value ever stood in it? Before that its type may still change freely.';
COMMENT ON COLUMN ops.raw_column.declared IS 'Does the source still name the field? The column of one that it does not stays.';

CREATE TABLE ops.raw_generation (
  raw_id bigint NOT NULL REFERENCES ops.raw_table,
  load_id bigint NOT NULL REFERENCES ops.load,
  generation bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('hidden', 'shown', 'floor')),
  PRIMARY KEY (raw_id, load_id, generation, state)
);
COMMENT ON TABLE ops.raw_generation IS 'Statements about generations of a stream''s records, append-only; those of retracted loads do not count.';
COMMENT ON COLUMN ops.raw_generation.raw_id IS 'The stream.';
COMMENT ON COLUMN ops.raw_generation.load_id IS 'The load that states it.';
COMMENT ON COLUMN ops.raw_generation.generation IS 'A tap''s version or a platform''s generation of the stream; greater is later.';
COMMENT ON COLUMN ops.raw_generation.state IS 'hidden: its records do not count before they are complete; shown: they do, beside the older; floor: the older are deleted.';

INSERT INTO ops.placement (relation, kind, key)
VALUES ('ops.raw_table', 'local', NULL), ('ops.raw_column', 'local', NULL),
  ('ops.raw_generation', 'local', NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.raw_table, ops.raw_column, ops.raw_generation TO kenko_ingest;
GRANT SELECT ON ops.raw_table, ops.raw_column, ops.raw_generation TO kenko_score, kenko_report;
GRANT INSERT, UPDATE ON ops.placement TO kenko_ingest;
GRANT USAGE, CREATE ON SCHEMA raw, raw_version TO kenko_ingest;
GRANT USAGE ON SCHEMA raw TO kenko_report;

-- ── what counts ───────────────────────────────────────────────────────────────────────────────────
-- Views stand on these and on tables only: other views are dropped and made anew with each version.

CREATE FUNCTION ops.raw_floor(id bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog AS $body$
  SELECT coalesce(max(g.generation), -9223372036854775808)
  FROM ops.raw_generation AS g
  JOIN ops.load AS l ON l.load_id = g.load_id
  WHERE g.raw_id = id AND g.state = 'floor' AND l.commit_no IS NOT NULL AND l.undone_no IS NULL
$body$;
COMMENT ON FUNCTION ops.raw_floor(bigint) IS 'The generation below which a stream''s records are deleted.';

CREATE FUNCTION ops.raw_hidden(id bigint) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog AS $body$
  SELECT coalesce(array_agg(s.generation) FILTER (WHERE s.state = 'hidden'), '{}')
  FROM (
    SELECT DISTINCT ON (g.generation) g.generation, g.state
    FROM ops.raw_generation AS g
    JOIN ops.load AS l ON l.load_id = g.load_id
    WHERE g.raw_id = id AND l.commit_no IS NOT NULL AND l.undone_no IS NULL
    ORDER BY g.generation, l.commit_no DESC
  ) AS s
$body$;
COMMENT ON FUNCTION ops.raw_hidden(bigint) IS 'Generations of a stream whose records do not count yet.';

CREATE FUNCTION ops.raw_ended(id bigint, older bigint) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog AS $body$
  SELECT min(l.committed_at)
  FROM ops.raw_generation AS g
  JOIN ops.load AS l ON l.load_id = g.load_id
  WHERE g.raw_id = id AND g.state = 'floor' AND l.commit_no IS NOT NULL AND l.undone_no IS NULL
    AND (older IS NULL OR g.generation > older)
$body$;
COMMENT ON FUNCTION ops.raw_ended(bigint, bigint) IS 'Since when the records of a generation are deleted by a later one.';

-- ── shape ─────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION ops.raw_create(the_source text, the_namespace text, the_stream text, the_relation text,
  the_keys text[], the_orders text[], is_keyed boolean, is_hard boolean) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
  id bigint;
BEGIN
  INSERT INTO ops.raw_table (source, namespace, stream, relation, key_fields, order_fields, keyed, hard)
  VALUES (the_source, the_namespace, the_stream, the_relation, the_keys, the_orders, is_keyed, is_hard)
  RETURNING raw_id INTO id;
  EXECUTE format('CREATE TABLE raw_version.%I (
    _kenko_load_id bigint NOT NULL,
    _kenko_ordinal bigint NOT NULL,
    _kenko_at timestamptz,
    _kenko_generation bigint,
    _kenko_deleted boolean NOT NULL,
    _kenko_key bytea,
    _kenko_hash bytea,
    _kenko_absent integer[],
    _kenko_meta jsonb,
    _extra jsonb,
    PRIMARY KEY (_kenko_load_id, _kenko_ordinal))', the_relation);
  IF is_keyed THEN
    EXECUTE format('CREATE INDEX ON raw_version.%I (_kenko_key, _kenko_load_id, _kenko_ordinal)', the_relation);
  END IF;
  EXECUTE format('COMMENT ON TABLE raw_version.%I IS %L', the_relation,
    format('Versions of records of the stream %s of the source %s.', the_stream, the_source));
  INSERT INTO ops.placement (relation, kind, key)
  VALUES (format('raw_version.%I', the_relation), 'local', NULL);
  RETURN id;
END
$body$;
COMMENT ON FUNCTION ops.raw_create(text, text, text, text, text[], text[], boolean, boolean) IS 'Make the table of a stream that is met for the first time, without its columns.';

CREATE FUNCTION ops.raw_type(name text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $body$
  SELECT CASE WHEN name IN ('base16', 'base64') THEN 'bytea' ELSE name END
$body$;
COMMENT ON FUNCTION ops.raw_type(text) IS 'The SQL type of a column''s type.';

CREATE FUNCTION ops.raw_columns_add(id bigint, first_position integer, fields text[], variants text[],
  names text[], types text[]) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
  t record;
  one record;
BEGIN
  SELECT relation INTO STRICT t FROM ops.raw_table WHERE raw_id = id;
  INSERT INTO ops.raw_column (raw_id, position, field, variant, name, type)
  SELECT id, first_position + u.n::integer - 1, u.field, u.variant, u.name, u.type
  FROM unnest(fields, variants, names, types) WITH ORDINALITY AS u(field, variant, name, type, n);
  EXECUTE (
    SELECT format('ALTER TABLE raw_version.%I %s', t.relation,
      string_agg(format('ADD COLUMN %I %s', u.name, ops.raw_type(u.type)), ', ' ORDER BY u.n))
    FROM unnest(names, types) WITH ORDINALITY AS u(name, type, n));
  FOR one IN
    SELECT u.name, u.field FROM unnest(names, fields) AS u(name, field) ORDER BY u.name
  LOOP
    EXECUTE format('COMMENT ON COLUMN raw_version.%I.%I IS %L', t.relation, one.name, one.field);
  END LOOP;
  RETURN cardinality(names);
END
$body$;
COMMENT ON FUNCTION ops.raw_columns_add(bigint, integer, text[], text[], text[], text[]) IS 'Give a stream''s table more columns.';

CREATE FUNCTION ops.raw_column_retype(id bigint, at_position integer, new_type text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
  t record;
  c record;
BEGIN
  SELECT relation INTO STRICT t FROM ops.raw_table WHERE raw_id = id;
  SELECT name, filled INTO STRICT c FROM ops.raw_column WHERE raw_id = id AND position = at_position;
  EXECUTE format('DROP VIEW IF EXISTS raw.%I', t.relation);
  EXECUTE format('ALTER TABLE raw_version.%I ALTER COLUMN %I TYPE %s USING %s', t.relation, c.name,
    ops.raw_type(new_type),
    CASE WHEN c.filled THEN format('%I::%s', c.name, ops.raw_type(new_type)) ELSE 'NULL' END);
  UPDATE ops.raw_column SET type = new_type WHERE raw_id = id AND position = at_position;
  RETURN true;
END
$body$;
COMMENT ON FUNCTION ops.raw_column_retype(bigint, integer, text) IS 'Give a column a wider type, or one without values another; the view must be made after it.';

CREATE FUNCTION ops.raw_show(id bigint) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
  t record;
  outer_columns text;
  inner_columns text;
  newest text;
  live text := format('coalesce(v._kenko_generation, -9223372036854775808) >= (SELECT ops.raw_floor(%s))', id);
  counts text := format('l.commit_no IS NOT NULL AND l.undone_no IS NULL AND (v._kenko_generation IS NULL OR v._kenko_generation <> ALL ((SELECT ops.raw_hidden(%s))::bigint[]))', id);
  ended text := format('CASE WHEN NOT %s THEN ops.raw_ended(%s, v._kenko_generation) WHEN v._kenko_deleted THEN coalesce(v._kenko_at, l.committed_at) END', live, id);
BEGIN
  SELECT relation, order_fields, keyed, hard, source, stream INTO STRICT t FROM ops.raw_table WHERE raw_id = id;
  SELECT coalesce(string_agg(format(', n.%I', c.name), '' ORDER BY c.position), ''),
    coalesce(string_agg(format(', v.%I', c.name), '' ORDER BY c.position), '')
  INTO outer_columns, inner_columns
  FROM ops.raw_column AS c
  WHERE c.raw_id = id;
  SELECT coalesce(string_agg(format('v.%I DESC NULLS LAST, ', c.name), '' ORDER BY o.n), '')
  INTO newest
  FROM unnest(t.order_fields) WITH ORDINALITY AS o(field, n)
  JOIN ops.raw_column AS c ON c.raw_id = id AND c.field = o.field AND c.variant = ''
  WHERE c.type <> 'jsonb';
  EXECUTE format('CREATE OR REPLACE VIEW raw.%I AS
    SELECT n._kenko_load_id, n._kenko_at, n._kenko_generation, n.ended AS _kenko_deleted_at, n._kenko_meta,
      n._extra%s
    FROM (
      SELECT %s v._kenko_load_id, v._kenko_at, v._kenko_generation, %s AS ended, v._kenko_meta, v._extra%s
      FROM raw_version.%I AS v
      JOIN ops.load AS l ON l.load_id = v._kenko_load_id
      WHERE %s%s
    ) AS n%s',
    t.relation, outer_columns,
    CASE WHEN t.keyed THEN 'DISTINCT ON (v._kenko_key)' ELSE '' END, ended, inner_columns, t.relation, counts,
    CASE WHEN t.keyed
      THEN format(' ORDER BY v._kenko_key, (%s) DESC, %sl.commit_no DESC, v._kenko_ordinal DESC', live, newest)
      ELSE format(' AND %s', live) END,
    CASE WHEN t.hard THEN ' WHERE n.ended IS NULL' ELSE '' END);
  EXECUTE format('COMMENT ON VIEW raw.%I IS %L', t.relation,
    format('The stream %s of the source %s as known now.', t.stream, t.source));
  EXECUTE format('GRANT SELECT ON raw.%I TO kenko_report', t.relation);
  RETURN true;
END
$body$;
COMMENT ON FUNCTION ops.raw_show(bigint) IS 'Make or renew the view of a stream; columns are only ever added at its end, so views on it stay.';

-- ── rows ──────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION ops.raw_copy(id bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS $body$
  SELECT format('COPY raw_version.%I (_kenko_load_id, _kenko_ordinal, _kenko_at, _kenko_generation, _kenko_deleted, _kenko_key, _kenko_hash, _kenko_absent, _kenko_meta, _extra%s) FROM STDIN (FORMAT binary)',
    t.relation, coalesce((
      SELECT string_agg(format(', %I', c.name), '' ORDER BY c.position)
      FROM ops.raw_column AS c
      WHERE c.raw_id = t.raw_id), ''))
  FROM ops.raw_table AS t
  WHERE t.raw_id = id
$body$;
COMMENT ON FUNCTION ops.raw_copy(bigint) IS 'The COPY that takes a stream''s records, columns in their order.';

-- Records that hold only what changed take the rest from the version before them, that of the same
-- load too: a column's value is the first of the group that begins with the last record that had it.
CREATE FUNCTION ops.raw_complete(id bigint, the_load bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
  t record;
  absent integer[];
  groups text;
  firsts text;
  sets text;
  completed bigint;
BEGIN
  SELECT relation INTO STRICT t FROM ops.raw_table WHERE raw_id = id;
  EXECUTE format('SELECT array_agg(DISTINCT u.position)
    FROM raw_version.%I AS v CROSS JOIN unnest(v._kenko_absent) AS u(position)
    WHERE v._kenko_load_id = $1', t.relation) INTO absent USING the_load;
  SELECT string_agg(format('v.%1$I, count(*) FILTER (WHERE %2$s <> ALL (coalesce(v._kenko_absent, ''{}''))) OVER arrival AS g%2$s', c.name, c.position), ', '),
    string_agg(format('first_value(s.%1$I) OVER (PARTITION BY s._kenko_key, s.g%2$s ORDER BY s._kenko_load_id, s._kenko_ordinal) AS %1$I', c.name, c.position), ', '),
    string_agg(format('%1$I = f.%1$I', c.name), ', ')
  INTO groups, firsts, sets
  FROM ops.raw_column AS c
  WHERE c.raw_id = id AND c.position = ANY (absent);
  IF sets IS NULL THEN
    RETURN 0;
  END IF;
  EXECUTE format('UPDATE raw_version.%1$I AS w
    SET %2$s
    FROM (
      SELECT s._kenko_load_id, s._kenko_ordinal, %3$s
      FROM (
        SELECT v._kenko_load_id, v._kenko_ordinal, v._kenko_key, %4$s
        FROM (SELECT DISTINCT n._kenko_key FROM raw_version.%1$I AS n WHERE n._kenko_load_id = $1) AS h
        JOIN raw_version.%1$I AS v ON v._kenko_key = h._kenko_key
        JOIN ops.load AS l ON l.load_id = v._kenko_load_id
        WHERE l.undone_no IS NULL
        WINDOW arrival AS (PARTITION BY v._kenko_key ORDER BY v._kenko_load_id, v._kenko_ordinal)
      ) AS s
    ) AS f
    WHERE w._kenko_load_id = $1 AND f._kenko_load_id = $1 AND f._kenko_ordinal = w._kenko_ordinal
      AND w._kenko_absent IS NOT NULL', t.relation, sets, firsts, groups) USING the_load;
  GET DIAGNOSTICS completed = ROW_COUNT;
  RETURN completed;
END
$body$;
COMMENT ON FUNCTION ops.raw_complete(bigint, bigint) IS 'Fill what the partial records of a load leave open.';

-- A version says nothing new when, of the versions that count, the one before it is equal; with an
-- order, when an equal one is there at all. Versions of hidden generations are compared among
-- themselves only. The equal version that stays has then been seen in the later generation too. The
-- plan is held to the index: a batch's keys are few beside the table's.
CREATE FUNCTION ops.raw_settle(id bigint, the_load bigint, hiding bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off AS $body$
DECLARE
  t record;
  gone record;
  hidden bigint[] := array_remove(ops.raw_hidden(id) || hiding, NULL);
BEGIN
  SELECT relation, order_fields INTO STRICT t FROM ops.raw_table WHERE raw_id = id;
  EXECUTE format('WITH seen AS (
      SELECT v._kenko_load_id, v._kenko_ordinal, v._kenko_key, v._kenko_hash,
        CASE WHEN v._kenko_generation = ANY ($2) THEN v._kenko_generation END AS apart
      FROM (SELECT DISTINCT n._kenko_key FROM raw_version.%1$I AS n WHERE n._kenko_load_id = $1) AS h
      JOIN raw_version.%1$I AS v ON v._kenko_key = h._kenko_key
      JOIN ops.load AS l ON l.load_id = v._kenko_load_id
      WHERE l.undone_no IS NULL
    ), line AS (
      SELECT s._kenko_load_id, s._kenko_ordinal, %2$s AS unchanged
      FROM seen AS s
      WINDOW arrival AS (PARTITION BY s._kenko_key, s.apart ORDER BY s._kenko_load_id, s._kenko_ordinal),
        same AS (PARTITION BY s._kenko_key, s.apart, s._kenko_hash ORDER BY s._kenko_load_id, s._kenko_ordinal)
    ), gone AS (
      DELETE FROM raw_version.%1$I AS w
      USING line AS d
      WHERE w._kenko_load_id = $1 AND d._kenko_load_id = $1 AND d._kenko_ordinal = w._kenko_ordinal
        AND d.unchanged
      RETURNING w._kenko_key AS key, w._kenko_hash AS hash, w._kenko_generation AS generation
    )
    SELECT count(*) AS n, array_agg(key) FILTER (WHERE generation IS NOT NULL) AS keys,
      array_agg(hash) FILTER (WHERE generation IS NOT NULL) AS hashes,
      array_agg(generation) FILTER (WHERE generation IS NOT NULL) AS generations
    FROM gone', t.relation,
    CASE WHEN cardinality(t.order_fields) = 0 THEN 's._kenko_hash = lag(s._kenko_hash) OVER arrival'
      ELSE 'row_number() OVER same > 1' END)
  INTO gone USING the_load, hidden;
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
  RETURN gone.n;
END
$body$;
COMMENT ON FUNCTION ops.raw_settle(bigint, bigint, bigint) IS 'Take back the versions of a load that say nothing new, and say how many.';

CREATE FUNCTION ops.raw_lines() RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $body$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT source, namespace, stream, relation FROM ops.raw_table ORDER BY raw_id LOOP
    RETURN QUERY EXECUTE format('SELECT concat_ws(''|'', ''raw'', %L, %L, %L, n._kenko_deleted_at IS NOT NULL, (
        SELECT string_agg(e.key || ''='' || e.value, '','' ORDER BY e.key)
        FROM jsonb_each_text(to_jsonb(n) - ''{_kenko_load_id,_kenko_at,_kenko_generation,_kenko_deleted_at,_kenko_meta}''::text[]) AS e
        WHERE e.value IS NOT NULL))
      FROM raw.%I AS n', t.source, t.namespace, t.stream, t.relation);
  END LOOP;
END
$body$;
COMMENT ON FUNCTION ops.raw_lines() IS 'One line for each record of every stream as known now, for the content digest.';
