-- People with a password, and the sessions of their browsers.

CREATE TABLE ops.user (
  user_id text NOT NULL PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name = lower(name)),
  password_hash text,
  role text NOT NULL CHECK (role IN ('csm', 'lead', 'analyst', 'admin', 'auditor')),
  staff_id bigint,
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz,
  signed_in_at timestamptz,
  CHECK ((role = 'csm') = (staff_id IS NOT NULL))
);
COMMENT ON TABLE ops.user IS 'People who sign in. Made on the command line only.';
COMMENT ON COLUMN ops.user.user_id IS '8 random characters, as those of API keys; what the audit log names.';
COMMENT ON COLUMN ops.user.name IS 'What a person signs in with, in lower case.';
COMMENT ON COLUMN ops.user.password_hash IS 'Argon2id with its parameters; null: by a trusted proxy only.';
COMMENT ON COLUMN ops.user.role IS 'What the person may do.';
COMMENT ON COLUMN ops.user.staff_id IS 'A csm sees this person''s accounts only.';
COMMENT ON COLUMN ops.user.created_at IS 'Server time.';
COMMENT ON COLUMN ops.user.changed_at IS 'When the password was set last.';
COMMENT ON COLUMN ops.user.disabled_at IS 'May not sign in from here on.';
COMMENT ON COLUMN ops.user.signed_in_at IS 'When the person signed in last.';

CREATE TABLE ops.session (
  token_sha256 bytea NOT NULL PRIMARY KEY,
  user_id text NOT NULL REFERENCES ops.user ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX session_of_user ON ops.session (user_id);
COMMENT ON TABLE ops.session IS 'Sessions of browsers. Only a hash of the token is stored; a session that ends is deleted.';
COMMENT ON COLUMN ops.session.token_sha256 IS 'SHA-256 of the token; it has 256 random bits.';
COMMENT ON COLUMN ops.session.user_id IS 'Whose it is.';
COMMENT ON COLUMN ops.session.created_at IS 'When the person signed in.';
COMMENT ON COLUMN ops.session.seen_at IS 'Last request, to the minute.';
COMMENT ON COLUMN ops.session.expires_at IS 'Not valid from here on, however busy it is.';

INSERT INTO ops.placement (relation, kind, key) VALUES
  ('ops.user', 'local', NULL), ('ops.session', 'local', NULL);
GRANT SELECT, UPDATE (password_hash, changed_at, signed_in_at) ON ops.user TO kenko_api;
GRANT SELECT, INSERT, DELETE, UPDATE (seen_at) ON ops.session TO kenko_api;
