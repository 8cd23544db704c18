-- Usage as packed rows: one for a party, month and load, with the spans of all its metrics and subjects
-- in bytes. A row for each metric cost the server ten times as much to write, and an array cost a call
-- for each value to read. SQL goes on reading spans as rows: warehouse.usage_span is a view now.

-- The views are made anew after the migrations.
DO $drop$
DECLARE
  old record;
BEGIN
  FOR old IN
    SELECT n.nspname, c.relname
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v' AND n.nspname IN ('ops', 'warehouse', 'score', 'bi')
    ORDER BY c.oid DESC
  LOOP
    EXECUTE format('DROP VIEW %I.%I', old.nspname, old.relname);
  END LOOP;
END
$drop$;

CREATE TABLE warehouse.usage_month (
  party_id bigint NOT NULL,
  month date NOT NULL,
  load_id bigint NOT NULL,
  part integer NOT NULL,
  spans bytea NOT NULL,
  load_ids bigint[],
  PRIMARY KEY (party_id, month, load_id, part)
) PARTITION BY RANGE (month);
COMMENT ON TABLE warehouse.usage_month IS 'Usage of a party in a month, as a load brought it: spans of days of its metrics and subjects, packed. The view usage_span shows them as rows.';
COMMENT ON COLUMN warehouse.usage_month.party_id IS 'Whose usage.';
COMMENT ON COLUMN warehouse.usage_month.month IS 'First day of the month.';
COMMENT ON COLUMN warehouse.usage_month.load_id IS 'The load that brought it; for a compacted row the smallest of load_ids.';
COMMENT ON COLUMN warehouse.usage_month.part IS 'From 0 on; below 0 what the load changed in the usage of records that change.';
COMMENT ON COLUMN warehouse.usage_month.spans IS 'Packed spans. Of each 40 bytes, big-endian: metric, where its values begin, subject, load, least value, days with a value as bits from the first on, first day, number of days, and in four bits each the bytes of a value, of a load, of an event time (15: none) and of a tie; then the values.';
COMMENT ON COLUMN warehouse.usage_month.load_ids IS 'Of a compacted row: the loads of its values; null when all have the row''s.';

UPDATE ops.placement SET relation = 'warehouse.usage_month' WHERE relation = 'warehouse.usage_span';
GRANT SELECT, INSERT, UPDATE, DELETE ON warehouse.usage_month TO kenko_ingest;
GRANT SELECT ON warehouse.usage_month TO kenko_score, kenko_report;

-- What SQL packs is wider than need be: every number in 8 bytes, with a least of 0.
CREATE FUNCTION warehouse.usage_head(metric_id integer, values_at bigint, subject_id bigint, load_id bigint,
  first_day integer, v bigint[], at bigint[], tie bigint[], load_ids bigint[]) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $body$
  SELECT int4send($1) || int4send($2::integer) || int8send($3) || int8send($4) || int8send(0)
    || int4send((
      SELECT sum(CASE WHEN d.v IS NULL THEN 0 ELSE 1::bigint << (d.i::integer - 1) END)::integer
      FROM unnest($6) WITH ORDINALITY AS d(v, i)))
    || set_byte(set_byte(set_byte(set_byte('\x00000000'::bytea,
      0, $5), 1, cardinality($6)), 2, 8 << 4 | CASE WHEN $9 IS NULL THEN 0 ELSE 8 END),
      3, CASE WHEN $7 IS NULL THEN 15 ELSE 8 END << 4 | CASE WHEN $8 IS NULL THEN 0 ELSE 8 END)
$body$;
COMMENT ON FUNCTION warehouse.usage_head IS 'The 40 bytes of a packed span whose values usage_values packs.';

CREATE FUNCTION warehouse.usage_values(load_id bigint, v bigint[], at bigint[], tie bigint[],
  load_ids bigint[]) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $body$
  SELECT string_agg(int8send(coalesce(d.v, 0)), ''::bytea ORDER BY d.i)
    || coalesce(string_agg(int8send(coalesce(d.load_id, $1) - $1), ''::bytea ORDER BY d.i)
      FILTER (WHERE $5 IS NOT NULL), ''::bytea)
    || coalesce(int8send(0)
      || string_agg(int8send(coalesce(d.at, 0)), ''::bytea ORDER BY d.i) FILTER (WHERE $3 IS NOT NULL), ''::bytea)
    || coalesce(string_agg(int8send(coalesce(d.tie, 0)), ''::bytea ORDER BY d.i)
      FILTER (WHERE $4 IS NOT NULL), ''::bytea)
  FROM unnest($2, $3, $4, $5) WITH ORDINALITY AS d(v, at, tie, load_id, i)
$body$;
COMMENT ON FUNCTION warehouse.usage_values IS 'The values of a packed span.';

SELECT ops.partition_ensure('warehouse.usage_month', m.month, m.month)
FROM (SELECT DISTINCT s.month FROM warehouse.usage_span AS s) AS m;

INSERT INTO warehouse.usage_month (party_id, month, load_id, part, spans, load_ids)
SELECT p.party_id, p.month, p.load_id, p.part,
  string_agg(
    warehouse.usage_head(p.metric_id, 40 * p.n + p.before, p.subject_id, p.load_id, p.first_day, p.v, p.at,
      p.tie, p.load_ids), ''::bytea ORDER BY p.metric_id, p.subject_id)
    || string_agg(p.packed, ''::bytea ORDER BY p.metric_id, p.subject_id),
  CASE WHEN bool_or(p.load_ids IS NOT NULL) THEN max(a.load_ids) END
FROM (
  SELECT c.party_id, c.metric_id, c.subject_id, c.month, c.load_id, c.first_day, c.v, c.at, c.tie,
    c.load_ids, c.part, c.packed,
    count(*) OVER (PARTITION BY c.party_id, c.month, c.load_id, c.part) AS n,
    coalesce(sum(length(c.packed)) OVER (PARTITION BY c.party_id, c.month, c.load_id, c.part
      ORDER BY c.metric_id, c.subject_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
  FROM (
    SELECT s.party_id, s.metric_id, s.subject_id, s.month, s.load_id, s.first_day, s.v, s.at, s.tie,
      s.load_ids, warehouse.usage_values(s.load_id, s.v, s.at, s.tie, s.load_ids) AS packed,
      ((row_number() OVER (PARTITION BY s.party_id, s.month, s.load_id ORDER BY s.metric_id, s.subject_id)
        - 1) / 1000)::integer AS part
    FROM warehouse.usage_span AS s
  ) AS c
) AS p
LEFT JOIN (
  SELECT s.party_id, s.month, s.load_id, array_agg(DISTINCT i.load_id) AS load_ids
  FROM warehouse.usage_span AS s
  CROSS JOIN LATERAL unnest(s.load_ids) AS i(load_id)
  WHERE i.load_id IS NOT NULL
  GROUP BY s.party_id, s.month, s.load_id
) AS a ON a.party_id = p.party_id AND a.month = p.month AND a.load_id = p.load_id
GROUP BY p.party_id, p.month, p.load_id, p.part;

DROP TABLE warehouse.usage_span;
