-- Up to which value of a cursor nothing can be missing that was written by a transaction begun
-- before an instant: the value itself, or the instant when that is earlier.
-- one
-- param  cursor_type  text
-- param  reached      text
-- param  oldest_at    timestamptz
-- param  zone         text         in which times without a zone are
-- column position     text
SELECT CASE $1::text
  WHEN 'timestamptz' THEN least(($2::text)::timestamptz, $3::timestamptz)::text
  WHEN 'timestamp' THEN least(($2::text)::timestamp, $3::timestamptz AT TIME ZONE $4::text)::text
  WHEN 'date' THEN least(($2::text)::date, ($3::timestamptz AT TIME ZONE $4::text)::date)::text
  ELSE $2::text END AS position;
