-- Raise the known floor to the last commit before an instant; it never falls. Locks the clock, so
-- that a retraction that has not committed sees the new floor.
-- none
-- param floor_day  date         business day that begins then
-- param floor_at   timestamptz  its first moment
UPDATE ops.clock AS c
SET known_floor = f.commit_no, floor_day = $1::date
FROM (
  SELECT coalesce(min(commit_no) FILTER (WHERE committed_at >= $2::timestamptz) - 1, max(commit_no))
    AS commit_no
  FROM ops.load
) AS f
WHERE f.commit_no > c.known_floor;
