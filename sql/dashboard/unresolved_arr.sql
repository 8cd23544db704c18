-- Who sends data and belongs to no account, the most ARR first.
-- many shown
-- param  source    text null  Only of this source.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column source         text         Source.
-- column external_id    text         Its id there.
-- column name           text null    Its name there.
-- column first_seen_at  timestamptz  Since when.
-- column arr            double null  ARR of its contracts.
SELECT u.source, u.external_id, u.name, u.first_seen_at, u.arr::double precision AS arr
FROM bi.unresolved AS u
WHERE $1::text IS NULL OR u.source = $1::text
ORDER BY u.arr DESC NULLS LAST, u.source, u.external_id
LIMIT coalesce($2::int, 1000);
