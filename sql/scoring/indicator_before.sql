-- Flags of the published day before a day.
-- copy
-- param  as_of       date
-- column account_id  bigint
-- column indicator   text
COPY (
  SELECT account_id, indicator
  FROM score.indicator_day
  WHERE as_of = (SELECT max(p.as_of) FROM score.published AS p WHERE p.as_of < $1::date)
) TO STDOUT (FORMAT binary);
