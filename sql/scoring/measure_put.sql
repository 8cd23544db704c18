-- One measure of a scorecard version.
-- none
-- param scorecard_id  bigint
-- param ordinal       int
-- param name          text
-- param label         text
-- param group_name    text
-- param group_label   text
-- param metric        text
-- param unit          text
-- param direction     text
-- param weight        bigint
-- param sentence      text
-- param group_weight  bigint
-- param definition    text
INSERT INTO score.measure AS m (scorecard_id, ordinal, name, label, group_name, group_label, metric,
  unit, direction, weight, sentence, group_weight, definition)
VALUES ($1::bigint, $2::integer, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text,
  $10::bigint, $11::text, $12::bigint, $13::text)
ON CONFLICT (scorecard_id, ordinal) DO UPDATE
SET group_weight = excluded.group_weight, definition = excluded.definition
WHERE m.definition IS NULL;
