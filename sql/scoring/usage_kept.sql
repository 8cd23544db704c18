-- From when on usage is kept; before that it was dropped.
-- maybe
-- column kept_from  timestamptz
SELECT kept_from
FROM ops.retention
WHERE what = 'usage';
