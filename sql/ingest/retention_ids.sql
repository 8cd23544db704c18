-- From which event time on a stream's ids are kept.
-- maybe
-- param  source     text
-- param  stream     text
-- column kept_from  timestamptz
SELECT kept_from
FROM ops.retention
WHERE what = 'id' AND source = $1::text AND stream = $2::text;
