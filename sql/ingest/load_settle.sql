-- Loads of a rehearsal that is kept get commit numbers that follow each other, and the time at which
-- they do. The clock stays locked until COMMIT.
-- none
-- param rehearsed  bigint   commit numbers beyond are of rehearsals, of which this one is seen alone
WITH mine AS (
  SELECT l.load_id, row_number() OVER (ORDER BY l.load_id) AS n
  FROM ops.load AS l
  WHERE l.commit_no > $1::bigint
), clock AS (
  UPDATE ops.clock
  SET commit_no = commit_no + (SELECT count(*) FROM mine)
  RETURNING commit_no
)
UPDATE ops.load AS l
SET commit_no = c.commit_no - (SELECT count(*) FROM mine) + m.n, committed_at = clock_timestamp()
FROM mine AS m
CROSS JOIN clock AS c
WHERE l.load_id = m.load_id;
