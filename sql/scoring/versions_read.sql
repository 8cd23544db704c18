-- Versions of the records that metrics read, in one shape: 1 contract (days), 2 ticket (n is its first
-- reply), 3 incident touch (tag is the incident), 4 survey answer, 5 sentiment, 6 touchpoint, 7 milestone
-- (tag is which). Times in microseconds since 1970.
-- copy
-- param  contracts_only bool
-- column kind         int
-- column party_id     bigint
-- column external_id  text
-- column load_id      bigint
-- column ordinal      bigint
-- column changed_at   timestamptz null
-- column deleted      bool
-- column from_at      bigint null
-- column to_at        bigint null
-- column n            bigint null
-- column tag          text null
-- column product      text null   of contracts, as the two below
-- column churn_reason text null
-- column competitor   text null
-- column who          text null   of an answer, who gave it
-- column mark         bool null   of a ticket, was it opened again
COPY (
  SELECT 1 AS kind, v.party_id, v.external_id AS external_id, v.load_id, v.ordinal, v.changed_at, v.deleted,
    (v.start_on - DATE '1970-01-01')::bigint AS from_at, (v.end_on - DATE '1970-01-01')::bigint AS to_at, v.arr_minor AS n, v.currency AS tag,
    v.product, v.churn_reason, v.competitor, NULL::text AS who, NULL::boolean AS mark
  FROM warehouse.subscription AS v
  UNION ALL
  SELECT 2 AS kind, v.party_id, v.external_id AS external_id, v.load_id, v.ordinal, v.changed_at, v.deleted,
    (extract(epoch FROM v.opened_at) * 1000000)::bigint AS from_at, (extract(epoch FROM v.solved_at) * 1000000)::bigint AS to_at, (extract(epoch FROM v.first_reply_at) * 1000000)::bigint AS n, v.severity AS tag,
    NULL::text AS product, NULL::text AS churn_reason, NULL::text AS competitor, NULL::text AS who, v.reopened AS mark
  FROM warehouse.ticket AS v
  WHERE NOT $1::bool
  UNION ALL
  SELECT 3 AS kind, v.party_id, v.source || '/' || v.external_id AS external_id, v.load_id, v.ordinal, v.changed_at, v.deleted,
    (extract(epoch FROM v.occurred_at) * 1000000)::bigint AS from_at, NULL::bigint AS to_at, v.minutes AS n, v.source || '/' || v.external_id AS tag,
    NULL::text AS product, NULL::text AS churn_reason, NULL::text AS competitor, NULL::text AS who, NULL::boolean AS mark
  FROM warehouse.incident_account AS v
  WHERE NOT $1::bool
  UNION ALL
  SELECT 4 AS kind, v.party_id, v.external_id AS external_id, v.load_id, v.ordinal, v.changed_at, v.deleted,
    (extract(epoch FROM v.answered_at) * 1000000)::bigint AS from_at, NULL::bigint AS to_at, v.value AS n, v.kind AS tag,
    NULL::text AS product, NULL::text AS churn_reason, NULL::text AS competitor, v.contact_id AS who, NULL::boolean AS mark
  FROM warehouse.survey_response AS v
  WHERE NOT $1::bool
  UNION ALL
  SELECT 5 AS kind, v.party_id, v.external_id AS external_id, v.load_id, v.ordinal, v.changed_at, v.deleted,
    (extract(epoch FROM v.set_at) * 1000000)::bigint AS from_at, (v.expires_on - DATE '1970-01-01')::bigint AS to_at, v.value AS n, NULL::text AS tag,
    NULL::text AS product, NULL::text AS churn_reason, NULL::text AS competitor, NULL::text AS who, NULL::boolean AS mark
  FROM warehouse.sentiment AS v
  WHERE NOT $1::bool
  UNION ALL
  SELECT 6 AS kind, v.party_id, v.external_id AS external_id, v.load_id, v.ordinal, v.changed_at, v.deleted,
    (extract(epoch FROM v.occurred_at) * 1000000)::bigint AS from_at, NULL::bigint AS to_at, NULL::bigint AS n, NULL::text AS tag,
    NULL::text AS product, NULL::text AS churn_reason, NULL::text AS competitor, NULL::text AS who, NULL::boolean AS mark
  FROM warehouse.touchpoint AS v
  WHERE NOT $1::bool
  UNION ALL
  SELECT 7 AS kind, v.party_id, v.external_id AS external_id, v.load_id, v.ordinal, v.changed_at, v.deleted,
    (extract(epoch FROM v.reached_at) * 1000000)::bigint AS from_at, NULL::bigint AS to_at, NULL::bigint AS n, v.external_id AS tag,
    NULL::text AS product, NULL::text AS churn_reason, NULL::text AS competitor, NULL::text AS who, NULL::boolean AS mark
  FROM warehouse.milestone AS v
  WHERE NOT $1::bool
) TO STDOUT (FORMAT binary);
