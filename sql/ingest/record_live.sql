-- The records that a source says there are, each with its newest version.
-- copy
-- param  source      text
-- param  stream      text
-- column record_key  text
-- column party       text
-- column is_newest   bool   no other party has a newer one of the same key
-- column version     text   JSON, by the names of the table's columns
COPY (
  SELECT record_key, party, is_newest, version::text AS version
  FROM ops.record_live($1::text, $2::text)
) TO STDOUT (FORMAT binary);
