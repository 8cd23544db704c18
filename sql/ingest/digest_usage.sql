-- Usage as it counts now: per party, metric, subject and day the combined value.
-- copy
-- column line  text
COPY (
  SELECT concat_ws('|', 'usage', p.source, p.external_id, mt.name, mt.scale::text, mt.combine,
    coalesce(sb.name, ''), f.day::text,
    CASE mt.combine
      WHEN 'sum' THEN sum(f.v)::text
      WHEN 'max' THEN max(f.v)::text
      WHEN 'min' THEN min(f.v)::text
      ELSE ((array_agg(f.v ORDER BY f.at DESC, f.tie DESC))[1])::text
    END) AS line
  FROM (
    SELECT s.party_id, s.metric_id, s.subject_id, s.month + (s.first_day - 2 + d.i)::integer AS day,
      d.v, d.at, d.tie
    FROM warehouse.usage_span AS s
    CROSS JOIN LATERAL unnest(s.v, s.at, s.tie, s.load_ids) WITH ORDINALITY
      AS d(v, at, tie, load_id, i)
    JOIN warehouse.load_now AS l ON l.load_id = coalesce(d.load_id, s.load_id)
    WHERE d.v IS NOT NULL
  ) AS f
  JOIN identity.party AS p ON p.party_id = f.party_id
  JOIN warehouse.metric AS mt ON mt.metric_id = f.metric_id
  LEFT JOIN warehouse.subject AS sb ON sb.subject_id = f.subject_id
  GROUP BY p.source, p.external_id, mt.metric_id, mt.name, mt.scale, mt.combine, sb.name, f.day
) TO STDOUT (FORMAT binary);
