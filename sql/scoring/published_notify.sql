-- Tell the readers that something was published.
-- none
NOTIFY kenko_published;
