-- Append versions of subscription records, in the order of the stream's fields.
-- copy
-- column load_id bigint
-- column ordinal bigint
-- column hash bytea
-- column party_id bigint
-- column changed_at timestamptz null
-- column deleted bool
-- column external_id text null
-- column product text null
-- column start_on date null
-- column end_on date null
-- column cancelled_on date null
-- column arr_minor bigint null
-- column currency text null
-- column billing_months bigint null
-- column auto_renew bool null
-- column quantity bigint null
-- column churn_reason text null
-- column competitor text null
COPY warehouse.subscription (
  load_id, ordinal, hash, party_id, changed_at, deleted, external_id, product, start_on,
  end_on, cancelled_on, arr_minor, currency, billing_months, auto_renew, quantity,
  churn_reason, competitor
) FROM STDIN (FORMAT binary);
