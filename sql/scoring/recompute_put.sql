-- Record what came of computing a published day again; nothing when another run has spoken for it since.
-- none
-- param job_run_id    bigint
-- param drawn_on      date
-- param as_of         date
-- param run_id        bigint
-- param state         text
-- param accounts      bigint
-- param different     bigint
-- param account_keys  text[]
-- param message       text
INSERT INTO score.recompute (job_run_id, drawn_on, as_of, run_id, state, accounts, different, account_keys,
  message)
SELECT $1::bigint, $2::date, $3::date, $4::bigint, $5::text, $6::bigint, $7::bigint, $8::text[], $9::text
WHERE EXISTS (SELECT FROM score.published AS p WHERE p.as_of = $3::date AND p.run_id = $4::bigint);
