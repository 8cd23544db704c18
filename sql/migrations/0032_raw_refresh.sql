-- Would a refresh leave a stream without records?

CREATE FUNCTION ops.raw_has(id bigint, of_generation bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $body$
DECLARE
  t record;
  found boolean;
BEGIN
  SELECT relation INTO STRICT t FROM ops.raw_table WHERE raw_id = id;
  IF of_generation IS NULL THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM raw.%I)', t.relation) INTO found;
  ELSE
    EXECUTE format('SELECT EXISTS (SELECT FROM raw_version.%I AS v
        JOIN ops.load AS l ON l.load_id = v._kenko_load_id
        WHERE v._kenko_generation = $1 AND l.undone_no IS NULL)', t.relation)
      INTO found USING of_generation;
  END IF;
  RETURN found;
END
$body$;
COMMENT ON FUNCTION ops.raw_has(bigint, bigint) IS 'Has a stream records of a generation; with null: any that count now?';
