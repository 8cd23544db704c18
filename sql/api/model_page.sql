-- Models, newest first.
-- many shown
-- param  after_id  bigint null
-- param  max_rows  int
-- column model_id       bigint    The model.
-- column name           text    Which model it is a version of.
-- column state          text    active, candidate, shadow, retired or refused.
-- column horizon_days   int    Length of one period of the hazard.
-- column trained_as_of  date    Last day whose facts it saw.
-- column known_no       bigint    Commit number it was trained at.
-- column rows_used      bigint    Account-periods.
-- column events_used    bigint    Churn events among them.
-- column message        text    A clear word.
-- column created_at     timestamptz    When it was made.
-- column sha256         text    Digest of its body.
-- column page_id        bigint
SELECT m.model_id, m.name, m.state, m.horizon_days, m.trained_as_of, m.known_no, m.rows_used, m.events_used,
  m.message, m.created_at, m.sha256, m.model_id AS page_id
FROM score.model AS m
WHERE $1::bigint IS NULL OR m.model_id < $1::bigint
ORDER BY m.model_id DESC
LIMIT $2::int;
