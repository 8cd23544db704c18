-- A day's flags: they are said anew.
-- none
-- param as_of  date
DELETE FROM score.indicator_day
WHERE as_of = $1::date;
