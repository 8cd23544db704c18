-- Lives that ended.
-- copy
-- column account_id       bigint
-- column churned_on       date
-- column seen_by          text
-- column arr_minor        bigint
-- column reason           text
-- column competitor       text
-- column lead_first_days  int null
-- column lead_last_days   int null
-- column band_180         text
-- column band_90          text
-- column band_60          text
-- column band_30          text
COPY score.loss (account_id, churned_on, seen_by, arr_minor, reason, competitor, lead_first_days, lead_last_days,
  band_180, band_90, band_60, band_30)
FROM STDIN (FORMAT binary);
