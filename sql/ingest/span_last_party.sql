-- The last of the next parties with usage in a month: where the following portion begins.
-- one
-- param  month        date
-- param  after_party  bigint
-- param  parties      int
-- column party_id     bigint null   null: there are no more
SELECT max(p.party_id) AS party_id
FROM (
  SELECT DISTINCT s.party_id
  FROM warehouse.usage_month AS s
  WHERE s.month = $1::date AND s.party_id > $2::bigint
  ORDER BY s.party_id
  LIMIT $3::int
) AS p;
