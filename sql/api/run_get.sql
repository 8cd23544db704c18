-- One scoring run.
-- maybe shown
-- param  run_id  bigint
-- column run_id            bigint    The run.
-- column as_of             date    Its day: facts before it.
-- column state             text    running, complete or failed.
-- column is_published      bool    It speaks for its day.
-- column known_at          timestamptz    What had been loaded by then counts.
-- column known_no          bigint    The same as a commit number.
-- column started_at        timestamptz    When it began.
-- column finished_at       timestamptz null    When it ended.
-- column accounts          bigint    Accounts scored.
-- column unknown_accounts  bigint    Of them Unknown.
-- column scorecard         text    The scorecard of most accounts.
-- column scorecard_id      bigint    Its version.
-- column model_id          bigint null    The model that spoke.
-- column model_message     text    Why there is no risk, when there is none.
-- column input_sha256      text    Digest of all metric values.
-- column output_sha256     text    Digest of all results.
-- column version           text    Version of kenko.
SELECT r.run_id, r.as_of, r.state, p.run_id IS NOT NULL AS is_published, r.known_at, r.known_no,
  r.started_at, r.finished_at, r.accounts, r.unknown_accounts, c.name AS scorecard, r.scorecard_id, r.model_id,
  r.model_message, r.input_sha256, r.output_sha256, r.version
FROM score.run AS r
JOIN score.scorecard AS c ON c.scorecard_id = r.scorecard_id
LEFT JOIN score.published AS p ON p.as_of = r.as_of AND p.run_id = r.run_id
WHERE r.run_id = $1::bigint;
