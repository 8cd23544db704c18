-- Where events that are pushed to the API lie from the moment they are acknowledged until the job
-- has loaded them, and a little longer.

CREATE TABLE ops.inbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key_id text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  sent_at text,
  kind text NOT NULL CHECK (kind IN ('track', 'identify', 'group', 'page', 'screen', 'alias')),
  message_id text,
  user_hash bytea,
  anonymous_hash bytea,
  body bytea NOT NULL
);
COMMENT ON TABLE ops.inbox IS 'Events pushed to the API, as they came. A row is acknowledged to its sender after COMMIT and becomes facts by the ingest job.';
COMMENT ON COLUMN ops.inbox.seq IS 'Order of arrival. Rows of transactions under way may have smaller numbers than rows that are seen already: see docs/decisions.';
COMMENT ON COLUMN ops.inbox.key_id IS 'API key it came with; a source of type inbox names the keys it reads.';
COMMENT ON COLUMN ops.inbox.received_at IS 'Clock of the server, which senders'' clocks are corrected by.';
COMMENT ON COLUMN ops.inbox.sent_at IS 'When the sender''s clock says it was sent, as it wrote it.';
COMMENT ON COLUMN ops.inbox.kind IS 'track, identify, group, page, screen or alias.';
COMMENT ON COLUMN ops.inbox.message_id IS 'The sender''s id of the event, or hash-… of the body where the sender asked for it; null: the event cannot be told from a repetition.';
COMMENT ON COLUMN ops.inbox.user_hash IS 'Keyed hash of userId, so that a person''s events can be erased.';
COMMENT ON COLUMN ops.inbox.anonymous_hash IS 'The same of anonymousId.';
COMMENT ON COLUMN ops.inbox.body IS 'The event''s JSON, byte for byte.';
INSERT INTO ops.placement (relation, kind, key) VALUES ('ops.inbox', 'local', NULL);
GRANT INSERT ON ops.inbox TO kenko_api;
GRANT SELECT, DELETE ON ops.inbox TO kenko_ingest;
