-- Add days up that checks look at, as warehouse.usage_day_now does: only spans that reach into them are
-- taken apart, each once, whatever the planner thinks how few they are.
-- none
-- param metrics    text[]
-- param first_day  date
-- param last_day   date
INSERT INTO ops.usage_day (metric, scale, day, parties, total)
WITH span AS MATERIALIZED (
  SELECT s.party_id, s.metric_id, s.load_id, s.month + s.first_day - 2 AS before, s.v, s.at, s.load_ids
  FROM warehouse.usage_span AS s
  WHERE s.metric_id IN (SELECT m.metric_id FROM warehouse.metric AS m WHERE m.name = ANY ($1::text[]))
    AND s.month >= date_trunc('month', $2::date::timestamp)::date AND s.month <= $3::date
    AND s.month + s.first_day - 1 <= $3::date
    AND s.month + s.first_day - 2 + cardinality(s.v) >= $2::date
)
SELECT
  p.metric, p.scale, p.day, count(DISTINCT p.party_id),
  (sum(p.v) / (10::numeric ^ p.scale))::double precision
FROM (
  SELECT
    mt.name AS metric, mt.scale, s.before + d.i::integer AS day, s.party_id, sum(d.v) AS v
  FROM span AS s
  JOIN warehouse.metric AS mt ON mt.metric_id = s.metric_id
  CROSS JOIN LATERAL unnest(s.v, s.at, s.load_ids) WITH ORDINALITY AS d(v, at, load_id, i)
  JOIN warehouse.load_now AS l ON l.load_id = coalesce(d.load_id, s.load_id)
  WHERE d.v IS NOT NULL AND s.before + d.i::integer BETWEEN $2::date AND $3::date
  GROUP BY mt.name, mt.scale, mt.combine, s.before + d.i::integer, s.party_id
  HAVING mt.combine <> 'sum' OR sum(coalesce(d.at, 1)) > 0
) AS p
GROUP BY p.metric, p.scale, p.day;
