-- Be told when API keys change.
-- none
LISTEN kenko_key;
