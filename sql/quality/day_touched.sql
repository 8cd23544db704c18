-- Which days loads since a commit speak of. Where one was retracted, or changes what records of before
-- count for, it may be any day.
-- one
-- param  after      bigint
-- column newest     bigint null
-- column any_day    bool null
-- column first_day  date null
-- column last_day   date null
SELECT max(greatest(l.commit_no, l.undone_no)) AS newest,
  bool_or(l.undone_no > $1::bigint
    OR EXISTS (SELECT FROM warehouse.tally AS t WHERE t.load_id = l.load_id)) AS any_day,
  min(l.first_day) AS first_day, max(l.last_day) AS last_day
FROM ops.load AS l
WHERE l.commit_no > $1::bigint OR l.undone_no > $1::bigint;
