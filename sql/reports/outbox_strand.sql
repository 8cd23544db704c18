-- Messages whose sender died while sending: whether they arrived is unknown.
-- none
-- param channel  text
UPDATE outreach.outbox
SET state = 'unknown', answer = 'the sender died while sending'
WHERE channel = $1::text AND state = 'sending';
