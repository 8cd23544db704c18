-- Versions of scorecards, newest first.
-- many shown
-- param  after_id  bigint null
-- param  max_rows  int
-- column scorecard_id  bigint    The version.
-- column name          text    As in its file.
-- column label         text    Shown name.
-- column sha256        text    Of the scorecard and the metrics it reads.
-- column author        text    Who wrote the version.
-- column note          text    Why.
-- column created_at    timestamptz    When it was first used.
-- column is_current    bool    The published run used it.
-- column page_id       bigint
SELECT c.scorecard_id, c.name, c.label, c.sha256, c.author, c.note, c.created_at,
  c.scorecard_id IS NOT DISTINCT FROM (SELECT r.scorecard_id FROM score.current_run AS r) AS is_current,
  c.scorecard_id AS page_id
FROM score.scorecard AS c
WHERE $1::bigint IS NULL OR c.scorecard_id < $1::bigint
ORDER BY c.scorecard_id DESC
LIMIT $2::int;
