-- For the transaction that takes a snapshot: its sorts stay in memory, and as each helper would sort
-- all of it for itself, it has none. Says how many accounts are written down as somebody's.
-- one
-- column work_mem  text
-- column helpers   text
-- column owned     bigint
SELECT set_config('work_mem', '256MB', true) AS work_mem,
  set_config('max_parallel_workers_per_gather', '0', true) AS helpers,
  (SELECT count(*) FROM score.account_owner) AS owned;
