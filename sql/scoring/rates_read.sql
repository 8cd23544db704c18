-- Statements on exchange rates; of one currency and day the newest last.
-- many
-- column currency  text
-- column day       date
-- column rate_1e9  bigint
-- column load_id   bigint
-- column deleted   bool
SELECT f.currency, f.day, f.rate_1e9, f.load_id, f.deleted
FROM warehouse.fx_rate AS f
JOIN ops.load AS l ON l.load_id = f.load_id
WHERE l.commit_no IS NOT NULL
ORDER BY f.currency COLLATE "C", f.day, f.changed_at NULLS FIRST, l.commit_no, f.ordinal;
