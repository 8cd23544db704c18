-- Make the missing monthly partitions of a table for a range of days.
-- one
-- param  parent    text
-- param  from_day  date
-- param  to_day    date
-- column made      int   partitions made
SELECT ops.partition_ensure($1::text, $2::date, $3::date) AS made;
