-- Loads that retention has not gone through, or the retractions of which it has not, in the order of
-- their commit numbers.
-- many
-- column raw_id   bigint
-- column load_id  bigint
-- column at_no    bigint   the number it is gone through at; what one retraction undid has the same
-- column upto     bigint
SELECT n.raw_id, n.load_id, n.at_no, n.kept_no AS upto
FROM (
  SELECT t.raw_id, l.load_id, t.kept_no, t.purged_no,
    CASE WHEN l.undone_no <= t.kept_no THEN l.undone_no ELSE l.commit_no END AS at_no
  FROM ops.raw_table AS t
  JOIN ops.load AS l ON l.source = t.source AND l.stream = ops.raw_label(t)
  WHERE t.purged_no < t.kept_no
) AS n
WHERE n.at_no > n.purged_no AND n.at_no <= n.kept_no
ORDER BY n.at_no, n.load_id;
