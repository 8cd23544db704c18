-- Parties that belong to no account, with their revenue.
-- many shown
-- param  after_id  bigint null
-- param  max_rows  int
-- column party_id       bigint    The party.
-- column source         text    Source.
-- column external_id    text    Its id there.
-- column name           text null    Its name, where a source says it.
-- column first_seen_at  timestamptz    When it was first seen.
-- column arr            double null    ARR that belongs to nobody.
-- column page_id        bigint
SELECT u.party_id, u.source, u.external_id, u.name, u.first_seen_at, u.arr::double precision AS arr,
  u.party_id AS page_id
FROM bi.unresolved AS u
WHERE $1::bigint IS NULL OR u.party_id > $1::bigint
ORDER BY u.party_id
LIMIT $2::int;
