INSERT INTO bench.cell
SELECT account, event, ts::date, count(*)
FROM bench.raw
GROUP BY account, event, ts::date;
