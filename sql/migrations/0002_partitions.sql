-- Monthly partitions are made when a month is first needed, never by a default partition.

CREATE FUNCTION ops.partition_ensure(parent text, from_day date, to_day date) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
  month date := date_trunc('month', from_day)::date;
  made integer := 0;
  child text;
BEGIN
  WHILE month <= to_day LOOP
    child := parent || '_y' || to_char(month, 'YYYY') || 'm' || to_char(month, 'MM');
    IF to_regclass(child) IS NULL THEN
      -- Two loads may want the same month: the second waits here and then finds it.
      PERFORM pg_advisory_xact_lock(hashtextextended('kenko partition ' || child, 0));
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
COMMENT ON FUNCTION ops.partition_ensure(text, date, date) IS 'Make the missing monthly partitions of a table for a range of days; says how many it made.';
