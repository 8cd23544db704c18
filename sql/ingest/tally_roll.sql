-- Write what a transaction changes in the usage of tallied records, as spans of one of its loads: of
-- each record touched the newest version that counts afterwards, less the newest that counted before.
-- Where a load is retracted its own spans stop counting too, so what it had changed (the newest when
-- it was committed less the newest without it) is given back.
-- none
-- param load_id  bigint     whose versions are new, and who carries the spans
-- param gone     bigint[]   loads that this transaction retracts
WITH touched AS MATERIALIZED (
  SELECT DISTINCT t.party_id, t.stream, t.external_id
  FROM warehouse.tally AS t
  WHERE t.load_id = $1::bigint OR t.load_id = ANY ($2::bigint[])
),
version AS MATERIALIZED (
  SELECT t.party_id, t.stream, t.external_id, t.load_id, t.ordinal, t.changed_at, t.metric_ids,
    t.subject_ids, t.days, t.v, t.load_id = $1::bigint AS is_new,
    t.load_id = ANY ($2::bigint[]) AS is_gone, l.undone_no,
    -- Without a number: a load of this very transaction, newer than all others.
    coalesce(l.commit_no, 9223372036854775807) AS commit_no
  FROM touched AS k
  JOIN warehouse.tally AS t ON t.party_id = k.party_id AND t.stream = k.stream
    AND t.external_id = k.external_id
  JOIN ops.load AS l ON l.load_id = t.load_id
),
retracted AS (
  SELECT DISTINCT g.load_id, g.commit_no, g.party_id, g.stream, g.external_id
  FROM version AS g
  WHERE g.is_gone
),
counting AS (
  (
    SELECT DISTINCT ON (v.party_id, v.stream, v.external_id)
      1 AS sign, v.party_id, v.metric_ids, v.subject_ids, v.days, v.v
    FROM version AS v
    WHERE NOT v.is_gone AND v.undone_no IS NULL
    ORDER BY v.party_id, v.stream, v.external_id, v.changed_at DESC NULLS LAST, v.commit_no DESC,
      v.load_id DESC, v.ordinal DESC
  )
  UNION ALL
  (
    SELECT DISTINCT ON (v.party_id, v.stream, v.external_id)
      -1 AS sign, v.party_id, v.metric_ids, v.subject_ids, v.days, v.v
    FROM version AS v
    WHERE NOT v.is_new AND (v.is_gone OR v.undone_no IS NULL)
    ORDER BY v.party_id, v.stream, v.external_id, v.changed_at DESC NULLS LAST, v.commit_no DESC,
      v.load_id DESC, v.ordinal DESC
  )
  UNION ALL
  (
    SELECT DISTINCT ON (r.load_id, v.party_id, v.stream, v.external_id)
      1 AS sign, v.party_id, v.metric_ids, v.subject_ids, v.days, v.v
    FROM retracted AS r
    JOIN version AS v ON v.party_id = r.party_id AND v.stream = r.stream
      AND v.external_id = r.external_id AND v.commit_no <= r.commit_no
    WHERE v.is_gone OR v.undone_no IS NULL OR v.undone_no > r.commit_no
    ORDER BY r.load_id, v.party_id, v.stream, v.external_id, v.changed_at DESC NULLS LAST,
      v.commit_no DESC, v.ordinal DESC
  )
  UNION ALL
  (
    SELECT DISTINCT ON (r.load_id, v.party_id, v.stream, v.external_id)
      -1 AS sign, v.party_id, v.metric_ids, v.subject_ids, v.days, v.v
    FROM retracted AS r
    JOIN version AS v ON v.party_id = r.party_id AND v.stream = r.stream
      AND v.external_id = r.external_id AND v.commit_no <= r.commit_no AND v.load_id <> r.load_id
    WHERE v.is_gone OR v.undone_no IS NULL OR v.undone_no > r.commit_no
    ORDER BY r.load_id, v.party_id, v.stream, v.external_id, v.changed_at DESC NULLS LAST,
      v.commit_no DESC, v.ordinal DESC
  )
),
change AS (
  SELECT c.party_id, x.metric_id, x.subject_id, x.day, sum(c.sign * x.v) AS v, sum(c.sign) AS n
  FROM counting AS c
  CROSS JOIN LATERAL unnest(c.metric_ids, c.subject_ids, c.days, c.v)
    AS x(metric_id, subject_id, day, v)
  -- Months that retention dropped stay as they are. What is kept begins at a month's first midnight,
  -- which is less than a day away from that of UTC.
  WHERE x.day >= coalesce((
      SELECT date_trunc('month', k.kept_from + interval '36 hours')
      FROM ops.retention AS k
      WHERE k.what = 'usage'
    ), '-infinity')
  GROUP BY c.party_id, x.metric_id, x.subject_id, x.day
  HAVING sum(c.sign * x.v) <> 0 OR sum(c.sign) <> 0
),
span AS (
  SELECT c.party_id, c.metric_id, c.subject_id, date_trunc('month', c.day::timestamp)::date AS month,
    min(c.day) AS first, max(c.day) AS last
  FROM change AS c
  GROUP BY c.party_id, c.metric_id, c.subject_id, date_trunc('month', c.day::timestamp)::date
),
-- A span holds every day between its first and last, null where nothing changes.
cell AS (
  SELECT f.party_id, f.metric_id, f.subject_id, f.month, f.day, max(f.v)::bigint AS v,
    max(f.n)::bigint AS n
  FROM (
    SELECT c.party_id, c.metric_id, c.subject_id, date_trunc('month', c.day::timestamp)::date AS month, c.day,
      c.v, c.n
    FROM change AS c
    UNION ALL
    SELECT s.party_id, s.metric_id, s.subject_id, s.month, s.first + d.i, NULL, NULL
    FROM span AS s
    CROSS JOIN LATERAL generate_series(1, s.last - s.first - 1) AS d(i)
  ) AS f
  GROUP BY f.party_id, f.metric_id, f.subject_id, f.month, f.day
),
filled AS (
  SELECT c.party_id, c.metric_id, c.subject_id, c.month, extract(day FROM min(c.day))::integer AS first_day,
    array_agg(c.v ORDER BY c.day) AS v, array_agg(c.n ORDER BY c.day) AS at
  FROM cell AS c
  GROUP BY c.party_id, c.metric_id, c.subject_id, c.month
),
-- Rows of at most a thousand spans.
packed AS (
  SELECT f.party_id, f.metric_id, f.subject_id, f.month, f.first_day, f.v, f.at,
    warehouse.usage_values($1::bigint, f.v, f.at, NULL, NULL) AS packed,
    (-1 - (row_number() OVER (PARTITION BY f.party_id, f.month ORDER BY f.metric_id, f.subject_id) - 1)
      / 1000)::integer AS part
  FROM filled AS f
),
placed AS (
  SELECT p.party_id, p.metric_id, p.subject_id, p.month, p.first_day, p.v, p.at, p.packed, p.part,
    40 * count(*) OVER (PARTITION BY p.party_id, p.month, p.part)
      + coalesce(sum(length(p.packed)) OVER (PARTITION BY p.party_id, p.month, p.part
        ORDER BY p.metric_id, p.subject_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS values_at
  FROM packed AS p
)
INSERT INTO warehouse.usage_month (party_id, month, load_id, part, spans)
SELECT p.party_id, p.month, $1::bigint, p.part,
  string_agg(
    warehouse.usage_head(p.metric_id, p.values_at, p.subject_id, $1::bigint, p.first_day, p.v, p.at, NULL,
      NULL), ''::bytea ORDER BY p.metric_id, p.subject_id)
    || string_agg(p.packed, ''::bytea ORDER BY p.metric_id, p.subject_id)
FROM placed AS p
GROUP BY p.party_id, p.month, p.part;
