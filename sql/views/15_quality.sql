-- What quality checks look at, and what they said.

CREATE OR REPLACE VIEW warehouse.usage_day_now AS
SELECT
  p.metric, p.month, p.day, count(DISTINCT p.party_id) AS parties,
  (sum(p.v) / (10::numeric ^ p.scale))::double precision AS total
FROM (
  SELECT
    mt.name AS metric, mt.scale, s.month, s.month + (s.first_day - 2 + d.i)::integer AS day,
    s.party_id, sum(d.v) AS v
  FROM warehouse.usage_span AS s
  JOIN warehouse.metric AS mt ON mt.metric_id = s.metric_id
  CROSS JOIN LATERAL unnest(s.v, s.at, s.load_ids) WITH ORDINALITY AS d(v, at, load_id, i)
  JOIN warehouse.load_now AS l ON l.load_id = coalesce(d.load_id, s.load_id)
  WHERE d.v IS NOT NULL
  GROUP BY mt.name, mt.scale, mt.combine, s.month,
    s.month + (s.first_day - 2 + d.i)::integer, s.party_id
  HAVING mt.combine <> 'sum' OR sum(coalesce(d.at, 1)) > 0
) AS p
GROUP BY p.metric, p.scale, p.month, p.day;
COMMENT ON VIEW warehouse.usage_day_now IS 'Per usage metric and day: how many parties have a fact and what it sums to. The sum means something for metrics that combine by sum only.';

CREATE OR REPLACE VIEW bi.quality AS
SELECT
  q.metric, q.check_name, q.day, q.failed, q.value, q.usual, q.said_by,
  l.committed_at AS said_at
FROM (
  SELECT DISTINCT ON (c.metric, c.check_name, c.day)
    c.metric, c.check_name, c.day, c.failed, c.value, c.usual, c.said_by, c.load_id
  FROM warehouse.quality AS c
  JOIN warehouse.load_now AS n ON n.load_id = c.load_id
  ORDER BY c.metric, c.check_name, c.day, n.commit_no DESC
) AS q
JOIN ops.load AS l ON l.load_id = q.load_id;
COMMENT ON VIEW bi.quality IS 'What quality checks say of usage by day, as known now.';
COMMENT ON COLUMN bi.quality.metric IS 'Usage metric.';
COMMENT ON COLUMN bi.quality.check_name IS 'parties or total.';
COMMENT ON COLUMN bi.quality.day IS 'Business day it speaks of.';
COMMENT ON COLUMN bi.quality.failed IS 'True while the day is in doubt; metrics over it are left out of scores for a week.';
COMMENT ON COLUMN bi.quality.value IS 'What was found.';
COMMENT ON COLUMN bi.quality.usual IS 'Median of the same weekday over the eight weeks before.';
COMMENT ON COLUMN bi.quality.said_by IS 'Who accepted the day as it is, and why.';
COMMENT ON COLUMN bi.quality.said_at IS 'Server time.';

CREATE OR REPLACE VIEW bi.schema_event AS
SELECT e.event_id, e.source, e.stream, e.place, e.change, e.field, e.detail, e.seen_at
FROM ops.schema_event AS e;
COMMENT ON VIEW bi.schema_event IS 'Changes in what sources deliver.';
COMMENT ON COLUMN bi.schema_event.event_id IS 'Surrogate, ascending.';
COMMENT ON COLUMN bi.schema_event.source IS 'Source.';
COMMENT ON COLUMN bi.schema_event.stream IS 'Stream.';
COMMENT ON COLUMN bi.schema_event.place IS 'File or other place.';
COMMENT ON COLUMN bi.schema_event.change IS 'added, removed, widened, variant.';
COMMENT ON COLUMN bi.schema_event.field IS 'Source field.';
COMMENT ON COLUMN bi.schema_event.detail IS 'Types, where they matter.';
COMMENT ON COLUMN bi.schema_event.seen_at IS 'Server time.';

CREATE OR REPLACE VIEW bi.correction AS
SELECT
  l.load_id, l.source, l.stream, l.file, l.committed_at, l.first_day, l.last_day,
  min(p.as_of) AS first_as_of, count(*) AS days_scored
FROM ops.load AS l
JOIN score.published AS p ON p.as_of > l.first_day
JOIN score.run AS r ON r.run_id = p.run_id
WHERE l.kind = 'ingest' AND l.commit_no > r.known_no
GROUP BY l.load_id;
COMMENT ON VIEW bi.correction IS 'Loads that speak of days before published scores that did not know them; scoring those days again takes them in.';
COMMENT ON COLUMN bi.correction.load_id IS 'The load.';
COMMENT ON COLUMN bi.correction.source IS 'Source.';
COMMENT ON COLUMN bi.correction.stream IS 'Stream.';
COMMENT ON COLUMN bi.correction.file IS 'File or other place.';
COMMENT ON COLUMN bi.correction.committed_at IS 'Server time.';
COMMENT ON COLUMN bi.correction.first_day IS 'First business day it speaks of.';
COMMENT ON COLUMN bi.correction.last_day IS 'Last business day it speaks of.';
COMMENT ON COLUMN bi.correction.first_as_of IS 'First published day it would change.';
COMMENT ON COLUMN bi.correction.days_scored IS 'Published days it may change.';
