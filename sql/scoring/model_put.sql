-- Keep a fitted model, or a refusal.
-- one
-- param  state         text
-- param  horizon_days  int
-- param  trained_as_of date
-- param  known_no      bigint
-- param  sha256        text
-- param  body          jsonb
-- param  evaluation    jsonb
-- param  rows_used     bigint
-- param  events_used   bigint
-- param  message       text
-- column model_id      bigint
INSERT INTO score.model (name, state, horizon_days, trained_as_of, known_no, sha256, body, evaluation,
  rows_used, events_used, message)
VALUES ('churn', $1::text, $2::integer, $3::date, $4::bigint, $5::text, $6::jsonb, $7::jsonb,
  $8::bigint, $9::bigint, $10::text)
RETURNING model_id;
