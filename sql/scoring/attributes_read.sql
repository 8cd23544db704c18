-- Versions of account records: what is said of a customer in words, and by which party.
-- copy
-- column party_id     bigint
-- column source       text
-- column external_id  text
-- column load_id      bigint
-- column ordinal      bigint
-- column changed_at   timestamptz null
-- column deleted      bool
-- column plan         text null
-- column segment      text null
-- column industry     text null
-- column region       text null
COPY (
  SELECT v.party_id, p.source, p.external_id, v.load_id, v.ordinal, v.changed_at, v.deleted, v.plan, v.segment,
    v.industry, v.region
  FROM warehouse.account AS v
  JOIN identity.party AS p ON p.party_id = v.party_id
) TO STDOUT (FORMAT binary);
