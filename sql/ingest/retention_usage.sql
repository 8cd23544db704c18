-- From when on usage is kept.
-- maybe
-- column kept_from  timestamptz
SELECT kept_from
FROM ops.retention
WHERE what = 'usage';
