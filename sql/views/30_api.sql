-- What the API's role reads of the views.
GRANT SELECT ON warehouse.account_now, score.current_run, score.account_published TO kenko_api;
