-- Queue a message, unless one of its kind, period and channel is there.
-- none
-- param kind          text
-- param period        text
-- param channel       text
-- param run_id        bigint
-- param content_type  text
-- param payload       bytea
INSERT INTO outreach.outbox (kind, period, channel, run_id, content_type, payload)
VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::text, $6::bytea)
ON CONFLICT (kind, period, channel) DO NOTHING;
