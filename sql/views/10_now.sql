-- What is known now: the newest visible statement about each thing. Scoring does not read these (it
-- works at a commit number); reports, the API and dashboards do.

CREATE OR REPLACE VIEW warehouse.load_now AS
SELECT load_id, commit_no
FROM ops.load
WHERE commit_no IS NOT NULL AND undone_no IS NULL;
COMMENT ON VIEW warehouse.load_now IS 'Loads that count today.';

CREATE OR REPLACE VIEW warehouse.money_unit AS
SELECT warehouse.currency_minor(c.code) AS minor
FROM (
  SELECT coalesce((SELECT s.value FROM ops.setting AS s WHERE s.name = 'currency'), 'USD') AS code
) AS c;
COMMENT ON VIEW warehouse.money_unit IS 'One row: minor units in one unit of the reporting currency (ISO 4217).';

CREATE OR REPLACE VIEW warehouse.member_now AS
SELECT DISTINCT ON (m.party_id)
  m.party_id, m.account_id, m.method, m.confidence_bp
FROM identity.member AS m
JOIN warehouse.load_now AS l ON l.load_id = m.load_id
WHERE m.valid_to = 'infinity'::date
ORDER BY m.party_id, l.commit_no DESC, m.member_id DESC;
COMMENT ON VIEW warehouse.member_now IS 'Which account a party belongs to, as said last.';

CREATE OR REPLACE VIEW warehouse.account_version_now AS
SELECT DISTINCT ON (v.party_id)
  v.party_id, v.deleted, v.name, v.domain, v.owner_email, v.plan, v.segment, v.industry, v.region,
  v.parent_id, v.created_on
FROM warehouse.account AS v
JOIN warehouse.load_now AS l ON l.load_id = v.load_id
ORDER BY v.party_id, v.changed_at DESC NULLS LAST, l.commit_no DESC, v.ordinal DESC;
COMMENT ON VIEW warehouse.account_version_now IS 'The newest account record of each party.';

CREATE OR REPLACE VIEW warehouse.account_now AS
SELECT DISTINCT ON (a.account_id)
  a.account_id, a.key, coalesce(nullif(v.name, ''), a.key) AS name, v.domain, v.owner_email,
  coalesce(nullif(s.name, ''), v.owner_email) AS owner_name, s.staff_id, v.plan, v.segment,
  v.industry, v.region, v.created_on
FROM identity.account AS a
JOIN warehouse.member_now AS m ON m.account_id = a.account_id
JOIN identity.party AS p ON p.party_id = m.party_id
LEFT JOIN warehouse.account_version_now AS v ON v.party_id = m.party_id
LEFT JOIN identity.staff AS s ON s.email = v.owner_email
WHERE v.deleted IS NOT TRUE
ORDER BY a.account_id, v.party_id IS NULL, p.external_id <> a.key, p.source, p.external_id;
COMMENT ON VIEW warehouse.account_now IS 'Accounts as known now; an account merged into another has no party left and is not here.';

CREATE OR REPLACE VIEW warehouse.subscription_now AS
SELECT
  m.account_id, v.party_id, v.external_id, v.product, v.start_on, v.end_on, v.cancelled_on,
  v.arr_minor, v.currency, v.billing_months, v.auto_renew, v.quantity, v.churn_reason, v.competitor
FROM (
  SELECT DISTINCT ON (c.party_id, c.external_id) c.*
  FROM warehouse.subscription AS c
  JOIN warehouse.load_now AS l ON l.load_id = c.load_id
  ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
) AS v
JOIN warehouse.member_now AS m ON m.party_id = v.party_id
WHERE NOT v.deleted AND m.account_id IS NOT NULL;
COMMENT ON VIEW warehouse.subscription_now IS 'Contracts as known now, by account.';

CREATE OR REPLACE VIEW warehouse.ticket_now AS
SELECT
  m.account_id, v.party_id, v.external_id, v.subject, v.severity, v.status, v.opened_at,
  v.first_reply_at, v.solved_at, v.reopened
FROM (
  SELECT DISTINCT ON (c.party_id, c.external_id) c.*
  FROM warehouse.ticket AS c
  JOIN warehouse.load_now AS l ON l.load_id = c.load_id
  ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
) AS v
JOIN warehouse.member_now AS m ON m.party_id = v.party_id
WHERE NOT v.deleted AND m.account_id IS NOT NULL;
COMMENT ON VIEW warehouse.ticket_now IS 'Support tickets as known now, by account.';

CREATE OR REPLACE VIEW warehouse.incident_now AS
SELECT
  v.source, v.external_id, v.title, v.severity, v.cause, v.component, v.started_at, v.resolved_at
FROM (
  SELECT DISTINCT ON (c.source, c.external_id) c.*
  FROM warehouse.incident AS c
  JOIN warehouse.load_now AS l ON l.load_id = c.load_id
  ORDER BY c.source, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
) AS v
WHERE NOT v.deleted;
COMMENT ON VIEW warehouse.incident_now IS 'Incidents as known now.';

CREATE OR REPLACE VIEW warehouse.incident_account_now AS
SELECT
  m.account_id, v.party_id, v.source, v.external_id,
  coalesce(v.occurred_at, i.started_at) AS occurred_at, v.minutes, i.title, i.severity, i.cause
FROM (
  SELECT DISTINCT ON (c.party_id, c.source, c.external_id) c.*
  FROM warehouse.incident_account AS c
  JOIN warehouse.load_now AS l ON l.load_id = c.load_id
  ORDER BY c.party_id, c.source, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC,
    c.ordinal DESC
) AS v
JOIN warehouse.member_now AS m ON m.party_id = v.party_id
LEFT JOIN warehouse.incident_now AS i ON i.source = v.source AND i.external_id = v.external_id
WHERE NOT v.deleted AND m.account_id IS NOT NULL;
COMMENT ON VIEW warehouse.incident_account_now IS 'Which incident touched which account, as known now.';

CREATE OR REPLACE VIEW score.current_run AS
SELECT r.run_id, r.as_of, r.known_no, r.known_at, r.scorecard_id, r.model_id, r.accounts,
  r.unknown_accounts, r.model_message, r.version, p.published_at
FROM score.published AS p
JOIN score.run AS r ON r.run_id = p.run_id
ORDER BY p.as_of DESC
LIMIT 1;
COMMENT ON VIEW score.current_run IS 'The run readers follow: the published one of the newest day.';
