-- How many accounts and how much revenue stand in each band, by segment.
-- many shown
-- column segment        text null    Segment.
-- column band           text    Band.
-- column accounts       bigint    How many.
-- column arr            double    Their revenue.
-- column expected_loss  double null    What they may cost.
SELECT a.segment, a.band, count(*) AS accounts, sum(a.arr)::double precision AS arr,
  sum(a.expected_loss)::double precision AS expected_loss
FROM bi.account_current AS a
GROUP BY a.segment, a.band
ORDER BY a.segment, a.band;
