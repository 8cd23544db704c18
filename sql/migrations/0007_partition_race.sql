-- Two runs that wanted the same new month failed: a lock by name is not enough, since a session that
-- waits for it still sees its own old answer whether the partition is there. Taking the lock of a
-- relation makes it look again, and this is the lock that making a partition takes in any case.

CREATE OR REPLACE FUNCTION ops.partition_ensure(parent text, from_day date, to_day date) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
  month date := date_trunc('month', from_day)::date;
  made integer := 0;
  child text;
BEGIN
  WHILE month <= to_day LOOP
    child := parent || '_y' || to_char(month, 'YYYY') || 'm' || to_char(month, 'MM');
    IF to_regclass(child) IS NULL THEN
      EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', parent);
      IF to_regclass(child) IS NULL THEN
        EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', child, parent,
          month, month + interval '1 month');
        made := made + 1;
      END IF;
    END IF;
    month := (month + interval '1 month')::date;
  END LOOP;
  RETURN made;
END
$body$;
