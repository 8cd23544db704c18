-- Complete a scoring run.
-- none
-- param run_id            bigint
-- param input_sha256      text
-- param output_sha256     text
-- param accounts          bigint
-- param unknown_accounts  bigint
-- param stored            bigint
UPDATE score.run
SET state = 'complete', input_sha256 = $2::text, output_sha256 = $3::text, accounts = $4::bigint,
  unknown_accounts = $5::bigint, stored = $6::bigint, finished_at = now()
WHERE run_id = $1::bigint;
