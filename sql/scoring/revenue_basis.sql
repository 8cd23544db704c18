-- The run that readers follow, and the newest commit that said something of contracts, rates or who is who.
-- maybe
-- column run_id     bigint
-- column as_of      date
-- column known_no   bigint
-- column said_no    bigint
SELECT r.run_id, r.as_of, r.known_no, (
    SELECT coalesce(max(greatest(l.commit_no, coalesce(l.undone_no, 0))), 0)
    FROM ops.load AS l
    WHERE l.kind <> 'ingest' OR l.stream IN ('subscription', 'fx_rate', 'account')
      OR l.undone_no IS NOT NULL) AS said_no
FROM score.current_run AS r;
