-- Published days before a day, in an order that this day decides.
-- many
-- param  drawn_on       date
-- column as_of          date
-- column run_id         bigint
-- column known_no       bigint
-- column model_id       bigint null
-- column scorecard      text
-- column version        text
-- column input_sha256   text
-- column output_sha256  text
SELECT p.as_of, r.run_id, r.known_no, r.model_id, c.name AS scorecard, r.version, r.input_sha256,
  r.output_sha256
FROM score.published AS p
JOIN score.run AS r ON r.run_id = p.run_id
JOIN score.scorecard AS c ON c.scorecard_id = r.scorecard_id
WHERE p.as_of < $1::date
ORDER BY sha256(convert_to($1::date || ' ' || p.as_of, 'UTF8')), p.as_of;
