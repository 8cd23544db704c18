-- A new month is made beside its table and then attached. Made as a part of it at once, it would wait
-- for every reader of the table and keep new ones out until the transaction's end.

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
        EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL)', child, parent);
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', parent,
          child, month, month + interval '1 month');
        made := made + 1;
      END IF;
    END IF;
    month := (month + interval '1 month')::date;
  END LOOP;
  RETURN made;
END
$body$;
