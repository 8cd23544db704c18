-- What the API's role may write: when a key was last used, and the secret that signs cursors.

GRANT UPDATE (last_used_at) ON ops.api_key TO kenko_api;
GRANT INSERT ON ops.setting TO kenko_api;
