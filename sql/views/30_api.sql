-- What the API's role reads of the views.
GRANT SELECT ON warehouse.account_now, score.current_run TO kenko_api;
