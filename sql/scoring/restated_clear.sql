-- Forget what was restated of a day.
-- none
-- param as_of  date
DELETE FROM score.restated
WHERE as_of = $1::date;
