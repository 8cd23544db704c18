-- Parties without an account, the ones with most ARR first.
-- many
-- param  max_rows       int
-- column source         text
-- column external_id    text
-- column name           text null
-- column arr            double
-- column first_seen_at  timestamptz
SELECT source, external_id, name, arr::double precision AS arr, first_seen_at
FROM bi.unresolved
ORDER BY arr DESC, source, external_id
LIMIT $1::integer;
