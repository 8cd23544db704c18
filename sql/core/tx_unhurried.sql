-- Let this transaction wait for its client as long as it lasts.
-- none
SET LOCAL idle_in_transaction_session_timeout = 0;
