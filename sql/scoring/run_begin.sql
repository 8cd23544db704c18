-- Open a scoring run.
-- one
-- param  job_run_id     bigint
-- param  as_of          date
-- param  known_no       bigint
-- param  known_at       timestamptz
-- param  config_sha256  text
-- param  version        text
-- param  scorecard_id   bigint
-- param  model_id       bigint null
-- param  model_message  text
-- param  due_at         timestamptz null
-- param  config_ids     bigint[]
-- column run_id         bigint
INSERT INTO score.run (job_run_id, as_of, known_no, known_at, state, config_sha256, version,
  scorecard_id, model_id, model_message, due_at, config_ids)
VALUES ($1::bigint, $2::date, $3::bigint, $4::timestamptz, 'running', $5::text, $6::text, $7::bigint,
  $8::bigint, $9::text, $10::timestamptz, $11::bigint[])
RETURNING run_id;
