-- What is held of a person, for the person who asks.

CREATE FUNCTION ops.names_person(content text, identifier text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
AS $$
  SELECT EXISTS (
    SELECT FROM regexp_split_to_table(content, '[^[:alnum:]._%+@-]+') AS w (word)
    WHERE lower(identifier) IN (lower(w.word), lower(btrim(w.word, '.')))
  )
$$;
COMMENT ON FUNCTION ops.names_person(text, text) IS 'Is the address or id a word of a text?';

CREATE FUNCTION ops.show_person(identifier text) RETURNS TABLE (place text, record jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
DECLARE
  relation text;
BEGIN
  RETURN QUERY
  WITH person AS (
    SELECT c.external_id AS id FROM warehouse.contact AS c WHERE lower(c.email) = lower(identifier)
    UNION
    SELECT c.external_id FROM warehouse.contact AS c WHERE lower(c.external_id) = lower(identifier)
  )
  SELECT 'contact', to_jsonb(c) - 'hash' FROM warehouse.contact AS c
  WHERE c.external_id IN (SELECT p.id FROM person AS p)
  UNION ALL
  SELECT 'survey_response', to_jsonb(r) - 'hash' FROM warehouse.survey_response AS r
  WHERE r.contact_id IN (SELECT p.id FROM person AS p) OR ops.names_person(r.comment, identifier)
  UNION ALL
  SELECT 'touchpoint', to_jsonb(t) - 'hash' FROM warehouse.touchpoint AS t WHERE ops.names_person(t.note, identifier)
  UNION ALL
  SELECT 'ticket', to_jsonb(t) - 'hash' FROM warehouse.ticket AS t WHERE ops.names_person(t.subject, identifier)
  UNION ALL
  SELECT 'usage', jsonb_build_object('subject', s.name, 'metric', m.name, 'month', u.month, 'first_day', u.first_day,
    'values', u.v, 'scale', m.scale, 'party_id', u.party_id)
  FROM warehouse.subject AS s
  JOIN warehouse.usage_span AS u ON u.subject_id = s.subject_id
  JOIN warehouse.metric AS m ON m.metric_id = u.metric_id
  WHERE lower(s.name) = lower(identifier)
  UNION ALL
  SELECT 'reject', jsonb_build_object('load_id', r.load_id, 'line', r.line, 'reason', r.reason, 'raw', encode(r.raw, 'escape'))
  FROM ops.reject AS r WHERE ops.names_person(encode(r.raw, 'escape'), identifier)
  UNION ALL
  SELECT 'inbox', jsonb_build_object('received_at', i.received_at, 'body', encode(i.body, 'escape'))
  FROM ops.inbox AS i WHERE ops.names_person(encode(i.body, 'escape'), identifier)
  ORDER BY 1, 2;
  FOR relation IN SELECT t.relation FROM ops.raw_table AS t ORDER BY t.raw_id LOOP
    RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(v) - ''_kenko_hash'' FROM raw_version.%I AS v '
      'WHERE ops.names_person(v::text, $1) ORDER BY 2', 'raw.' || relation, relation) USING identifier;
  END LOOP;
END
$$;
COMMENT ON FUNCTION ops.show_person(text) IS 'Every row that names a person, as JSON.';
REVOKE ALL ON FUNCTION ops.show_person(text) FROM PUBLIC;
