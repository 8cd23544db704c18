-- Usage as rows for SQL. Reading bits is a call for a number, whatever its bytes.

CREATE OR REPLACE VIEW warehouse.usage_span AS
SELECT
  u.party_id, h.metric_id, h.subject_id, u.month, h.load_id, h.first_day,
  ARRAY(
    SELECT CASE WHEN get_bit(s.head, 287 - d.i) = 1
      THEN h.least + substring(b.bits FROM h.v_at + d.i * h.v_bits FOR h.v_bits)::bigint END
    FROM generate_series(0, h.n - 1) AS d(i) -- counts up
  ) AS v,
  CASE WHEN h.has_times THEN ARRAY(
    SELECT CASE WHEN get_bit(s.head, 287 - d.i) = 1
      THEN substring(b.bits FROM h.at_at FOR 64)::bigint
        + substring(b.bits FROM h.at_at + 64 + d.i * h.at_bits FOR h.at_bits)::bigint END
    FROM generate_series(0, h.n - 1) AS d(i)
  ) END AS at,
  CASE WHEN h.tie_bits > 0 THEN ARRAY(
    SELECT CASE WHEN get_bit(s.head, 287 - d.i) = 1
      THEN substring(b.bits FROM h.at_at + 64 + h.n * h.at_bits + d.i * 64 FOR 64)::bigint END
    FROM generate_series(0, h.n - 1) AS d(i)
  ) END AS tie,
  CASE WHEN h.load_bits > 0 THEN ARRAY(
    SELECT CASE WHEN get_bit(s.head, 287 - d.i) = 1
      THEN h.load_id + substring(b.bits FROM h.load_at + d.i * h.load_bits FOR h.load_bits)::bigint END
    FROM generate_series(0, h.n - 1) AS d(i)
  ) END AS load_ids
FROM warehouse.usage_month AS u
CROSS JOIN LATERAL (SELECT ('x' || encode(u.spans, 'hex'))::bit varying AS bits OFFSET 0) AS b
CROSS JOIN LATERAL generate_series(0, substring(b.bits FROM 33 FOR 32)::integer / 40 - 1) AS o(i)
CROSS JOIN LATERAL (SELECT substring(b.bits FROM o.i * 320 + 1 FOR 320) AS head OFFSET 0) AS s
CROSS JOIN LATERAL (
  SELECT
    w.metric_id, w.subject_id, w.load_id, w.least, w.first_day, w.n, w.v_bits, w.load_bits, w.has_times,
    w.at_bits, w.tie_bits, w.v_at, w.v_at + w.n * w.v_bits AS load_at,
    w.v_at + w.n * (w.v_bits + w.load_bits) AS at_at
  FROM (
    SELECT
      substring(s.head FROM 1 FOR 32)::integer AS metric_id,
      substring(s.head FROM 33 FOR 32)::integer * 8 + 1 AS v_at,
      substring(s.head FROM 65 FOR 64)::bigint AS subject_id,
      substring(s.head FROM 129 FOR 64)::bigint AS load_id,
      substring(s.head FROM 193 FOR 64)::bigint AS least,
      substring(s.head FROM 289 FOR 8)::integer AS first_day,
      substring(s.head FROM 297 FOR 8)::integer AS n,
      substring(s.head FROM 305 FOR 4)::integer * 8 AS v_bits,
      substring(s.head FROM 309 FOR 4)::integer * 8 AS load_bits,
      substring(s.head FROM 313 FOR 4) <> B'1111' AS has_times,
      substring(s.head FROM 313 FOR 4)::integer % 15 * 8 AS at_bits,
      substring(s.head FROM 317 FOR 4)::integer * 8 AS tie_bits
    OFFSET 0
  ) AS w
  OFFSET 0
) AS h;
COMMENT ON VIEW warehouse.usage_span IS 'Usage: one row per party, metric, subject, month and load; v holds consecutive business days.';
GRANT SELECT ON warehouse.usage_span TO kenko_ingest, kenko_score, kenko_report;
