-- Old scores are kept weekly: a month is thinned as a whole. What stays is copied aside and the old
-- partition is dropped, so that its room comes back at once and the parent is locked for a moment only.

CREATE FUNCTION score.month_thin(month date) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog SET lock_timeout = '10s' AS $body$
DECLARE
  child text := 'account_score_y' || to_char(month, 'YYYY') || 'm' || to_char(month, 'MM');
  until date := (month + interval '1 month')::date;
  removed bigint;
  kept bigint;
BEGIN
  DELETE FROM score.published AS p
  WHERE p.as_of >= month AND p.as_of < until AND EXISTS (
    SELECT FROM score.published AS q
    WHERE q.as_of > p.as_of
      AND date_trunc('week', q.as_of::timestamp) = date_trunc('week', p.as_of::timestamp)
  );
  GET DIAGNOSTICS removed = ROW_COUNT;
  IF removed = 0 OR to_regclass('score.' || child) IS NULL THEN
    RETURN removed;
  END IF;
  EXECUTE format('CREATE TABLE score.%I (LIKE score.%I INCLUDING ALL)', child || '_thin', child);
  EXECUTE format('ALTER TABLE score.%I ADD CONSTRAINT month CHECK (as_of >= %L AND as_of < %L)',
    child || '_thin', month, until);
  EXECUTE format('INSERT INTO score.%I SELECT s.* FROM score.%I AS s JOIN score.published AS p'
    ' ON p.as_of = s.as_of AND s.run_id <= p.run_id AND s.until_run_id > p.run_id',
    child || '_thin', child);
  GET DIAGNOSTICS kept = ROW_COUNT;
  -- The parent is locked first, as every reader of it does; a long reader makes this give up.
  LOCK TABLE ONLY score.account_score IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('DROP TABLE score.%I', child);
  IF kept = 0 THEN
    EXECUTE format('DROP TABLE score.%I', child || '_thin');
    RETURN removed;
  END IF;
  EXECUTE format('ALTER TABLE score.%I RENAME TO %I', child || '_thin', child);
  EXECUTE format('ALTER TABLE score.account_score ATTACH PARTITION score.%I FOR VALUES FROM (%L) TO (%L)',
    child, month, until);
  EXECUTE format('ALTER TABLE score.%I DROP CONSTRAINT month', child);
  RETURN removed;
END
$body$;
COMMENT ON FUNCTION score.month_thin(date) IS 'Keep of a month''s published scores the last day of each ISO week and what its readers see; says how many days went. Gives up after 10 s behind readers.';
