-- Months in which some party, metric and subject has several rows: what compaction looks at.
-- many
-- column month  date
SELECT DISTINCT g.month
FROM (
  SELECT month
  FROM warehouse.usage_span
  GROUP BY month, party_id, metric_id, subject_id
  HAVING count(*) > 1
) AS g
ORDER BY g.month;
