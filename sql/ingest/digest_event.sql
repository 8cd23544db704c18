-- Kept events that count.
-- copy
-- column line  text
COPY (
  SELECT concat_ws('|', 'event', p.source, p.external_id, coalesce(b.name, '-'), coalesce(m.name, '-'),
    coalesce(m.scale::text, '-'), e.day::text, e.at::text, coalesce(e.v::text, '-'),
    coalesce(encode(e.id_hash, 'hex'), '-')) AS line
  FROM warehouse.usage_event AS e
  JOIN warehouse.load_now AS l ON l.load_id = e.load_id
  JOIN identity.party AS p ON p.party_id = e.party_id
  LEFT JOIN warehouse.metric AS m ON m.metric_id = e.metric_id
  LEFT JOIN warehouse.subject AS b ON b.subject_id = e.subject_id
) TO STDOUT (FORMAT binary);
