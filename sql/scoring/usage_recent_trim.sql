-- Recent usage outside the days shown goes.
-- none
-- param from_day  date
-- param to_day    date  not included
DELETE FROM bi.usage_recent
WHERE day < $1::date OR day >= $2::date;
