-- Rows of a month that compaction may pack, of the next parties; all rows of a party, metric and
-- subject or none.
-- copy
-- param  month        date
-- param  after_party  bigint   parties above this one
-- param  parties      int      at most so many parties
-- param  known_floor  bigint
-- param  floor_month  date
-- column party_id     bigint
-- column metric_id    int
-- column subject_id   bigint
-- column combine      text
-- column load_id      bigint
-- column first_day    int
-- column v            bigint[]
-- column at           bigint[] null
-- column tie          bigint[] null
-- column load_ids     bigint[] null
COPY (
  SELECT g.party_id, g.metric_id, g.subject_id, m.combine, g.load_id, g.first_day, g.v, g.at, g.tie,
    g.load_ids
  FROM (
    SELECT s.*, count(*) OVER (PARTITION BY s.party_id, s.metric_id, s.subject_id) AS n
    FROM warehouse.usage_span AS s
    WHERE s.month = $1::date AND s.party_id IN (
      SELECT DISTINCT p.party_id
      FROM warehouse.usage_span AS p
      WHERE p.month = $1::date AND p.party_id > $2::bigint
      ORDER BY p.party_id
      LIMIT $3::int
    )
  ) AS g
  JOIN warehouse.metric AS m ON m.metric_id = g.metric_id
  WHERE g.n > 1
    OR (g.load_ids IS NOT NULL AND g.month < $5::date)
    OR g.load_id IN (SELECT u.load_id FROM ops.load AS u WHERE u.undone_no <= $4::bigint)
  ORDER BY g.party_id, g.metric_id, g.subject_id, g.load_id
) TO STDOUT (FORMAT binary);
