-- Persons who asked to be forgotten. What is kept of them is a hash, by which what names them is found
-- again when a source or a backup brings it back.

CREATE TABLE ops.erasure (
  hash bytea NOT NULL,
  kind text NOT NULL CHECK (kind IN ('person', 'contact')),
  asked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, hash)
);
COMMENT ON TABLE ops.erasure IS 'Tombstones of persons: keyed hashes of their addresses and ids.';
COMMENT ON COLUMN ops.erasure.hash IS 'SHA-256 of the warehouse''s key and the address or id in lower case.';
COMMENT ON COLUMN ops.erasure.kind IS 'person: found wherever the word stands; contact: an id that sources gave the person, found as the id of a contact only.';
COMMENT ON COLUMN ops.erasure.asked_at IS 'Server time.';
INSERT INTO ops.placement (relation, kind, key) VALUES ('ops.erasure', 'local', NULL);
GRANT SELECT, INSERT ON ops.erasure TO kenko_ingest;

CREATE FUNCTION ops.person_hash(identifier text) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT sha256(convert_to((SELECT s.value FROM ops.setting AS s WHERE s.name = 'digest_key') || ':' || lower(identifier), 'UTF8'))
$$;
COMMENT ON FUNCTION ops.person_hash(text) IS 'What is kept of a person.';

CREATE FUNCTION ops.is_erased(identifier text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT EXISTS (SELECT FROM ops.erasure AS e WHERE e.kind = 'person' AND e.hash = ops.person_hash(identifier))
$$;
COMMENT ON FUNCTION ops.is_erased(text) IS 'Is this the address or id of a person who was erased?';

CREATE FUNCTION ops.names_erased(content text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT EXISTS (
    SELECT FROM regexp_split_to_table(content, '[^[:alnum:]._%+@-]+') AS w (word)
    WHERE length(w.word) > 2 AND (ops.is_erased(w.word) OR ops.is_erased(btrim(w.word, '.')))
  )
$$;
COMMENT ON FUNCTION ops.names_erased(text) IS 'Does a text hold the address or id of a person who was erased?';

CREATE FUNCTION ops.pseudonym(identifier text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$ SELECT 'erased-' || left(encode(ops.person_hash(identifier), 'hex'), 24) $$;
COMMENT ON FUNCTION ops.pseudonym(text) IS 'What stands in an erased person''s place: the same each time, so that what is counted stays.';

-- Streams without a mapping: versions that name somebody who is erased go.
CREATE FUNCTION ops.forget_raw(of_load bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  relation text;
  n bigint := 0;
  gone bigint;
BEGIN
  FOR relation IN SELECT t.relation FROM ops.raw_table AS t ORDER BY t.raw_id LOOP
    EXECUTE format('DELETE FROM raw_version.%I AS v WHERE ($1 IS NULL OR v._kenko_load_id = $1) '
      'AND ops.names_erased(replace(v::text, ''\"'', '' ''))', relation) USING of_load;
    GET DIAGNOSTICS gone = ROW_COUNT;
    n := n + gone;
  END LOOP;
  RETURN n;
END
$$;
COMMENT ON FUNCTION ops.forget_raw(bigint) IS 'Versions of raw records that name somebody who is erased go.';

-- Everything of a load, or all there is: names and addresses go, pseudonyms take the place of ids, and
-- texts that name the person are emptied. Nothing that is counted changes.
CREATE FUNCTION ops.forget(of_load bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  n bigint := 0;
  changed bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM ops.erasure) THEN
    RETURN 0;
  END IF;
  -- An address leads to the contact's ids, which lead to versions without the address.
  INSERT INTO ops.erasure (hash, kind)
  SELECT DISTINCT ops.person_hash(c.external_id), 'contact'
  FROM warehouse.contact AS c
  WHERE (of_load IS NULL OR c.load_id = of_load) AND ops.is_erased(c.email)
  ON CONFLICT DO NOTHING;
  UPDATE warehouse.contact AS c
  SET name = NULL, email = NULL,
    external_id = CASE WHEN c.external_id LIKE 'erased-%' THEN c.external_id ELSE ops.pseudonym(c.external_id) END
  WHERE (of_load IS NULL OR c.load_id = of_load) AND (ops.is_erased(c.email) OR ops.is_erased(c.external_id)
    OR EXISTS (SELECT FROM ops.erasure AS e WHERE e.kind = 'contact' AND e.hash = ops.person_hash(c.external_id)));
  GET DIAGNOSTICS changed = ROW_COUNT;
  n := n + changed;
  UPDATE warehouse.survey_response AS r
  SET comment = NULL, contact_id = ops.pseudonym(r.contact_id)
  WHERE (of_load IS NULL OR r.load_id = of_load) AND (ops.is_erased(r.contact_id) OR ops.names_erased(r.comment)
    OR EXISTS (SELECT FROM ops.erasure AS e WHERE e.kind = 'contact' AND e.hash = ops.person_hash(r.contact_id)));
  GET DIAGNOSTICS changed = ROW_COUNT;
  n := n + changed;
  UPDATE warehouse.touchpoint AS t SET note = NULL
  WHERE (of_load IS NULL OR t.load_id = of_load) AND ops.names_erased(t.note);
  GET DIAGNOSTICS changed = ROW_COUNT;
  n := n + changed;
  UPDATE warehouse.ticket AS t SET subject = NULL
  WHERE (of_load IS NULL OR t.load_id = of_load) AND ops.names_erased(t.subject);
  GET DIAGNOSTICS changed = ROW_COUNT;
  n := n + changed;
  UPDATE ops.reject AS r SET raw = convert_to('erased', 'UTF8'), message = r.reason
  WHERE (of_load IS NULL OR r.load_id = of_load)
    AND (ops.names_erased(encode(r.raw, 'escape')) OR ops.names_erased(r.message));
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN n + changed + ops.forget_raw(of_load);
END
$$;
COMMENT ON FUNCTION ops.forget(bigint) IS 'Apply every tombstone to what a load brought, or to everything; how many rows it changed.';

-- What is no load's: events that wait, messages that went out, what people wrote.
CREATE FUNCTION ops.forget_rest() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  n bigint;
  changed bigint;
BEGIN
  DELETE FROM ops.inbox AS i WHERE ops.names_erased(encode(i.body, 'escape'));
  GET DIAGNOSTICS n = ROW_COUNT;
  -- Later loads find the pseudonym by themselves.
  UPDATE warehouse.subject AS s SET name = ops.pseudonym(s.name) WHERE ops.is_erased(s.name);
  GET DIAGNOSTICS changed = ROW_COUNT;
  n := n + changed;
  UPDATE outreach.outbox AS o SET payload = convert_to('erased', 'UTF8')
  WHERE o.state NOT IN ('pending', 'sending') AND o.content_type ~ '^(text|application/json)'
    AND ops.names_erased(encode(o.payload, 'escape'));
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN n + changed;
END
$$;
COMMENT ON FUNCTION ops.forget_rest() IS 'Apply every tombstone to what no load brought.';
