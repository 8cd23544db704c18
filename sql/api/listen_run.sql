-- Be told when a run is published.
-- none
LISTEN kenko_published;
