-- Accounts whose published number is another with what is known now.
-- copy
-- column account_id        bigint
-- column as_of             date
-- column published_bp      int null
-- column published_band    text null
-- column restated_bp       int null
-- column restated_band     text null
-- column data_bp           int null
-- column configuration_bp  int null
-- column reasons           text[]
COPY score.restated (account_id, as_of, published_bp, published_band, restated_bp, restated_band, data_bp,
  configuration_bp, reasons)
FROM STDIN (FORMAT binary);
