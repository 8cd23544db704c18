-- The records that a source says there are: where it brought the newest version that counts, and
-- that one is not deleted. A record whose party changed is there for either; the one that was said
-- last is the newest. For sources that are compared key by key.

CREATE FUNCTION ops.record_live(the_source text, the_stream text)
RETURNS TABLE (record_key text, party text, is_newest boolean, version jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $body$
DECLARE
  has_party boolean := the_stream <> 'incident';
  same text := CASE the_stream WHEN 'account' THEN 'v.party_id' WHEN 'incident' THEN 'v.source, v.external_id'
    WHEN 'incident_account' THEN 'v.party_id, v.source, v.external_id' ELSE 'v.party_id, v.external_id' END;
BEGIN
  RETURN QUERY EXECUTE format('SELECT %1$s, %2$s,
      row_number() OVER (PARTITION BY %1$s ORDER BY n.changed_at DESC NULLS LAST, n.load_commit_no DESC, n.ordinal DESC) = 1,
      to_jsonb(n)
    FROM (
      SELECT DISTINCT ON (%3$s) v.*, l.source AS load_source, l.commit_no AS load_commit_no
      FROM warehouse.%4$I AS v
      JOIN ops.load AS l ON l.load_id = v.load_id
      WHERE l.commit_no IS NOT NULL AND l.undone_no IS NULL
      ORDER BY %3$s, v.changed_at DESC NULLS LAST, l.commit_no DESC, v.ordinal DESC
    ) AS n %5$s
    WHERE n.load_source = $1 AND NOT n.deleted
    ORDER BY 1, 2',
    CASE the_stream WHEN 'account' THEN 'p.external_id' ELSE 'n.external_id' END,
    CASE WHEN has_party THEN 'p.external_id' ELSE quote_literal('') END, same, the_stream,
    CASE WHEN has_party THEN 'JOIN identity.party AS p ON p.party_id = n.party_id' ELSE '' END)
  USING the_source;
END
$body$;
COMMENT ON FUNCTION ops.record_live(text, text) IS 'Records of a stream whose newest version a source brought, but for deleted ones.';
