-- Parties that belong to no account, most revenue first.
-- many shown
-- param  max_rows  int null    50 by default
-- column source         text    Source.
-- column external_id    text    Its id there.
-- column name           text null    Its name, where a source says it.
-- column first_seen_at  timestamptz    When it was first seen.
-- column arr            double    Revenue that belongs to nobody.
SELECT u.source, u.external_id, u.name, u.first_seen_at, u.arr::double precision AS arr
FROM bi.unresolved AS u
ORDER BY u.arr DESC, u.source, u.external_id
LIMIT coalesce($1::int, 50);
