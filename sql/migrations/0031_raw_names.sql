-- A stream's fields may have any name: those of our own here must be of the kind no field has.

CREATE OR REPLACE FUNCTION ops.raw_lines() RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $body$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT source, namespace, stream, relation FROM ops.raw_table ORDER BY raw_id LOOP
    RETURN QUERY EXECUTE format('SELECT concat_ws(''|'', ''raw'', %L, %L, %L, _kenko_row._kenko_deleted_at IS NOT NULL, (
        SELECT string_agg(e.key || ''='' || e.value, '','' ORDER BY e.key)
        FROM jsonb_each_text(to_jsonb(_kenko_row) - ''{_kenko_load_id,_kenko_at,_kenko_generation,_kenko_deleted_at,_kenko_meta}''::text[]) AS e
        WHERE e.value IS NOT NULL))
      FROM raw.%I AS _kenko_row', t.source, t.namespace, t.stream, t.relation);
  END LOOP;
END
$body$;

CREATE OR REPLACE FUNCTION ops.raw_complete(id bigint, the_load bigint) RETURNS bigint
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
  SELECT string_agg(format('v.%1$I, count(*) FILTER (WHERE %2$s <> ALL (coalesce(v._kenko_absent, ''{}''))) OVER arrival AS _kenko_g%2$s', c.name, c.position), ', '),
    string_agg(format('first_value(s.%1$I) OVER (PARTITION BY s._kenko_key, s._kenko_g%2$s ORDER BY s._kenko_load_id, s._kenko_ordinal) AS %1$I', c.name, c.position), ', '),
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

CREATE OR REPLACE FUNCTION ops.raw_show(id bigint) RETURNS boolean
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
    SELECT n._kenko_load_id, n._kenko_at, n._kenko_generation, n._kenko_ended AS _kenko_deleted_at, n._kenko_meta,
      n._extra%s
    FROM (
      SELECT %s v._kenko_load_id, v._kenko_at, v._kenko_generation, %s AS _kenko_ended, v._kenko_meta, v._extra%s
      FROM raw_version.%I AS v
      JOIN ops.load AS l ON l.load_id = v._kenko_load_id
      WHERE %s%s
    ) AS n%s',
    t.relation, outer_columns,
    CASE WHEN t.keyed THEN 'DISTINCT ON (v._kenko_key)' ELSE '' END, ended, inner_columns, t.relation, counts,
    CASE WHEN t.keyed
      THEN format(' ORDER BY v._kenko_key, (%s) DESC, %sl.commit_no DESC, v._kenko_ordinal DESC', live, newest)
      ELSE format(' AND %s', live) END,
    CASE WHEN t.hard THEN ' WHERE n._kenko_ended IS NULL' ELSE '' END);
  EXECUTE format('COMMENT ON VIEW raw.%I IS %L', t.relation,
    format('The stream %s of the source %s as known now.', t.stream, t.source));
  EXECUTE format('GRANT SELECT ON raw.%I TO kenko_report', t.relation);
  RETURN true;
END
$body$;
