-- The first run that each load knows of each party, in microseconds since 1970.
-- copy
-- column party_id  bigint
-- column load_id   bigint
-- column first_us  bigint null
COPY (
  SELECT v.party_id, v.load_id,
    (extract(epoch FROM min(coalesce(v.created_at, v.started_at, v.finished_at))) * 1000000)::bigint AS first_us
  FROM warehouse.job AS v
  WHERE NOT v.deleted
  GROUP BY v.party_id, v.load_id
) TO STDOUT (FORMAT binary);
