-- Versions of contacts, each with the user that usage knows by its id, or else by its mail address.
-- copy
-- column party_id     bigint
-- column external_id  text
-- column load_id      bigint
-- column ordinal      bigint
-- column changed_at   timestamptz null
-- column deleted      bool
-- column role         text null
-- column left_on      date null
-- column subject_id   bigint null
COPY (
  SELECT v.party_id, v.external_id, v.load_id, v.ordinal, v.changed_at, v.deleted, v.role, v.left_on,
    coalesce(u.subject_id, m.subject_id) AS subject_id
  FROM warehouse.contact AS v
  LEFT JOIN warehouse.subject AS u ON u.by = 'user' AND u.name = v.external_id
  LEFT JOIN warehouse.subject AS m ON m.by = 'user' AND m.name = v.email
) TO STDOUT (FORMAT binary);
