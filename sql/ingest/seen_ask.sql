-- Is an id held in a run of the stream, by a load that counts and is not of a file that is being
-- replaced?
-- one
-- param  source       text
-- param  stream       text
-- param  key          bytea
-- param  except_file  text
-- column is_held      bool
SELECT EXISTS (
  SELECT
  FROM ops.seen_run AS r
  CROSS JOIN LATERAL (
    SELECT s.entries
    FROM ops.seen_page AS s
    WHERE s.run_id = r.run_id AND s.first <= $3::bytea
    ORDER BY s.first DESC LIMIT 1
  ) AS p
  CROSS JOIN LATERAL (SELECT position($3::bytea IN p.entries) AS at) AS f
  JOIN ops.load AS l
    ON l.load_id = ('x' || encode(substring(p.entries FROM f.at + 16 FOR 8), 'hex'))::bit(64)::bigint
  WHERE r.source = $1::text AND r.stream = $2::text AND f.at > 0
    AND l.undone_no IS NULL AND l.file <> $4::text
) AS is_held;
