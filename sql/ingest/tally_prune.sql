-- Forget what versions of records counted for, where it can never be asked again: versions that a newer
-- one hides, both of loads that can be retracted no more, and versions of loads retracted for good.
-- none
-- param known_floor  bigint
-- param max_rows     int
DELETE FROM warehouse.tally AS w
USING (
  SELECT v.party_id, v.stream, v.external_id, v.load_id, v.ordinal
  FROM (
    SELECT t.party_id, t.stream, t.external_id, t.load_id, t.ordinal, l.undone_no,
      row_number() OVER (
        PARTITION BY t.party_id, t.stream, t.external_id, l.undone_no IS NULL
        ORDER BY t.changed_at DESC NULLS LAST, l.commit_no DESC, t.load_id DESC, t.ordinal DESC
      ) AS place
    FROM warehouse.tally AS t
    JOIN ops.load AS l ON l.load_id = t.load_id
    WHERE l.commit_no <= $1::bigint AND (l.undone_no IS NULL OR l.undone_no <= $1::bigint)
  ) AS v
  WHERE v.place > 1 OR v.undone_no IS NOT NULL
  LIMIT $2::integer
) AS d
WHERE w.party_id = d.party_id AND w.stream = d.stream AND w.external_id = d.external_id
  AND w.load_id = d.load_id AND w.ordinal = d.ordinal;
