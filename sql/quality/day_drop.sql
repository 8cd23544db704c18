-- Forget days that are too old for any check, and those that are added up again.
-- none
-- param kept_from  date
-- param first_day  date
-- param last_day   date
DELETE FROM ops.usage_day AS u
WHERE u.day < $1::date OR u.day BETWEEN $2::date AND $3::date;
