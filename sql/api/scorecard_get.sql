-- One version of a scorecard with its text.
-- maybe shown
-- param  scorecard_id  bigint
-- column scorecard_id  bigint    The version.
-- column name          text    As in its file.
-- column label         text    Shown name.
-- column sha256        text    Of the scorecard and the metrics it reads.
-- column author        text    Who wrote the version.
-- column note          text    Why.
-- column created_at    timestamptz    When it was first used.
-- column is_current    bool    The published run used it.
-- column body          text    The YAML text.
-- column measures      jsonb    Its measures in order.
SELECT c.scorecard_id, c.name, c.label, c.sha256, c.author, c.note, c.created_at,
  c.scorecard_id IS NOT DISTINCT FROM (SELECT r.scorecard_id FROM score.current_run AS r) AS is_current, c.body,
  (
    SELECT coalesce(jsonb_agg(jsonb_build_object('name', m.name, 'label', m.label, 'group', m.group_name,
      'group_label', m.group_label, 'metric', m.metric, 'unit', m.unit, 'direction', m.direction,
      'weight', m.weight, 'group_weight', m.group_weight, 'sentence', m.sentence) ORDER BY m.ordinal), '[]')
    FROM score.measure AS m
    WHERE m.scorecard_id = c.scorecard_id
  ) AS measures
FROM score.scorecard AS c
WHERE c.scorecard_id = $1::bigint;
