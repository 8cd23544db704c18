-- Every version of every scorecard, newest first, and the days that readers see it on.
-- many
-- column name        text
-- column sha256      text
-- column label       text
-- column author      text
-- column note        text
-- column days        bigint     published days it speaks on
-- column first_day   date null
-- column last_day    date null
SELECT c.name, c.sha256, c.label, c.author, c.note, count(p.as_of) AS days,
  min(p.as_of) AS first_day, max(p.as_of) AS last_day
FROM score.scorecard AS c
LEFT JOIN score.run AS r ON r.scorecard_id = c.scorecard_id
LEFT JOIN score.published AS p ON p.run_id = r.run_id
GROUP BY c.scorecard_id
ORDER BY c.name, c.created_at DESC, c.scorecard_id DESC;
