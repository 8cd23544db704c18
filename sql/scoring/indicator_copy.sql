-- Flags of a day.
-- copy
-- column account_id  bigint
-- column as_of       date
-- column indicator   text
-- column label       text
-- column label_ja    text
-- column kind        text
-- column is_known    bool
-- column value       double null
COPY score.indicator_day (account_id, as_of, indicator, label, label_ja, kind, is_known, value)
FROM STDIN (FORMAT binary);
