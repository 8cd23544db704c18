-- ARR movements of accounts.
-- copy
-- column account_id   bigint
-- column scope        text
-- column period       date
-- column currency     text
-- column movement     text
-- column start_minor  bigint
-- column end_minor    bigint
COPY score.arr_moved (account_id, scope, period, currency, movement, start_minor, end_minor)
FROM STDIN (FORMAT binary);
