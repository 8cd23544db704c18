-- The published bands of some accounts over a stretch of days.
-- many
-- param  account_ids  bigint[]
-- param  from_day     date
-- param  to_day       date     not this one
-- column account_id   bigint
-- column as_of        date
-- column band         text
SELECT s.account_id, s.as_of, s.band
FROM score.account_published AS s
WHERE s.account_id = ANY($1::bigint[]) AND s.as_of >= $2::date AND s.as_of < $3::date
ORDER BY s.account_id, s.as_of;
