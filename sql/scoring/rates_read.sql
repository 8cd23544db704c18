-- Exchange rates, newest statement last.
-- many
-- column currency  text
-- column day       date
-- column rate_1e9  bigint
-- column load_id   bigint
SELECT f.currency, f.day, f.rate_1e9, f.load_id
FROM warehouse.fx_rate AS f
JOIN ops.load AS l ON l.load_id = f.load_id
WHERE l.commit_no IS NOT NULL AND NOT f.deleted
ORDER BY f.currency, f.day, l.commit_no, f.ordinal;
