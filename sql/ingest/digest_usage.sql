-- Every row of usage with the names behind its numbers; rows of one party, metric, subject and month
-- follow each other.
-- copy
-- column party_id    bigint
-- column metric_id   int
-- column subject_id  bigint
-- column month       date
-- column name        text      source, party, metric, scale, rule and subject
-- column combine     text
-- column load_id     bigint
-- column first_day   int
-- column v           bigint[]
-- column at          bigint[] null
-- column tie         bigint[] null
-- column load_ids    bigint[] null
COPY (
  SELECT s.party_id, s.metric_id, s.subject_id, s.month,
    concat_ws('|', p.source, p.external_id, m.name, m.scale::text, m.combine, b.name) AS name,
    m.combine, s.load_id, s.first_day::integer AS first_day, s.v, s.at, s.tie, s.load_ids
  FROM warehouse.usage_span AS s
  JOIN identity.party AS p ON p.party_id = s.party_id
  JOIN warehouse.metric AS m ON m.metric_id = s.metric_id
  LEFT JOIN warehouse.subject AS b ON b.subject_id = s.subject_id
  ORDER BY s.month, s.party_id, s.metric_id, s.subject_id
) TO STDOUT (FORMAT binary);
