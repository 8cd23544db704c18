-- Recent usage of other months than those shown goes.
-- none
-- param from_month  date
-- param to_day      date  not included
DELETE FROM score.usage_recent
WHERE month < $1::date OR month >= $2::date;
