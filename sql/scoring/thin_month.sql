-- Keep a month's published scores weekly.
-- one
-- param  month  date
-- column days   bigint  that went
SELECT score.month_thin($1::date) AS days;
