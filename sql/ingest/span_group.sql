-- Rows of a month that compaction may pack, of the next parties; all rows of a party or none.
-- copy
-- param  month        date
-- param  after_party  bigint   parties above this one
-- param  parties      int      at most so many parties
-- param  known_floor  bigint
-- param  floor_month  date
-- column party_id     bigint
-- column load_id      bigint
-- column part         int
-- column spans        bytea
COPY (
  SELECT g.party_id, g.load_id, g.part, g.spans
  FROM (
    SELECT s.party_id, s.load_id, s.part, s.spans, s.month, s.load_ids,
      count(*) OVER (PARTITION BY s.party_id) AS n
    FROM warehouse.usage_month AS s
    WHERE s.month = $1::date AND s.party_id IN (
      SELECT DISTINCT p.party_id
      FROM warehouse.usage_month AS p
      WHERE p.month = $1::date AND p.party_id > $2::bigint
      ORDER BY p.party_id
      LIMIT $3::int
    )
  ) AS g
  WHERE g.n > 1
    OR (g.load_ids IS NOT NULL AND g.month < $5::date)
    OR g.load_id IN (SELECT u.load_id FROM ops.load AS u WHERE u.undone_no <= $4::bigint)
    OR g.load_ids && ARRAY(SELECT u.load_id FROM ops.load AS u WHERE u.undone_no <= $4::bigint)
  ORDER BY g.party_id, g.load_id, g.part
) TO STDOUT (FORMAT binary);
