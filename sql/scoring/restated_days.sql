-- The published days of a stretch.
-- many
-- param  from_day    date
-- param  to_day      date
-- column as_of       date
-- column run_id      bigint
-- column known_no    bigint
-- column scorecard   text
-- column config_ids  bigint[] null
SELECT p.as_of, r.run_id, r.known_no, c.name AS scorecard, r.config_ids
FROM score.published AS p
JOIN score.run AS r ON r.run_id = p.run_id
JOIN score.scorecard AS c ON c.scorecard_id = r.scorecard_id
WHERE p.as_of BETWEEN $1::date AND $2::date
ORDER BY p.as_of;
