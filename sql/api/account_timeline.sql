-- What happened to an account, newest first: records of its sources, its bands, and what people said and did.
-- many shown
-- param  account_id    bigint
-- param  after_number  bigint null
-- param  after_id      bigint null
-- param  max_rows      int
-- column at           timestamptz    When.
-- column kind         text    incident, ticket, touchpoint, survey, milestone, contract, band, sentiment, override, note, task, acknowledgement or alert.
-- column title        text    What.
-- column detail       text null    More about it.
-- column who          text null    Whose word it is.
-- column page_number  bigint
-- column page_id      bigint
WITH party AS (
  SELECT DISTINCT m.party_id
  FROM identity.member AS m
  WHERE m.account_id = $1::bigint AND (
    SELECT n.account_id FROM warehouse.member_now AS n WHERE n.party_id = m.party_id
  ) = $1::bigint
), zone AS (
  SELECT coalesce((SELECT s.value FROM ops.setting AS s WHERE s.name = 'time_zone'), 'UTC') AS name
), feed AS (
  SELECT e.started_at AS at, 'incident' AS kind, e.title, e.severity AS detail, NULL AS who, e.incident AS reference
  FROM score.incident_exposure AS e
  WHERE e.account_id = $1::bigint
  UNION ALL
  SELECT t.opened_at, 'ticket', coalesce(t.subject, t.external_id), concat_ws(', ', t.severity, t.status), NULL,
    t.external_id
  FROM (
    SELECT DISTINCT ON (c.party_id, c.external_id) c.external_id, c.deleted, c.subject, c.severity, c.status,
      c.opened_at
    FROM party AS p
    JOIN warehouse.ticket AS c ON c.party_id = p.party_id
    JOIN warehouse.load_now AS l ON l.load_id = c.load_id
    ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
  ) AS t
  WHERE NOT t.deleted
  UNION ALL
  SELECT t.occurred_at, 'touchpoint', coalesce(t.kind, 'touchpoint'), t.note, NULL, t.external_id
  FROM (
    SELECT DISTINCT ON (c.party_id, c.external_id) c.external_id, c.deleted, c.kind, c.occurred_at, c.note
    FROM party AS p
    JOIN warehouse.touchpoint AS c ON c.party_id = p.party_id
    JOIN warehouse.load_now AS l ON l.load_id = c.load_id
    ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
  ) AS t
  WHERE NOT t.deleted
  UNION ALL
  SELECT t.answered_at, 'survey', t.kind || ' ' || t.value, t.comment, NULL, t.external_id
  FROM (
    SELECT DISTINCT ON (c.party_id, c.external_id) c.external_id, c.deleted, c.kind, c.value, c.answered_at,
      c.comment
    FROM party AS p
    JOIN warehouse.survey_response AS c ON c.party_id = p.party_id
    JOIN warehouse.load_now AS l ON l.load_id = c.load_id
    ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
  ) AS t
  WHERE NOT t.deleted
  UNION ALL
  SELECT t.reached_at, 'milestone', t.external_id, NULL, NULL, t.external_id
  FROM (
    SELECT DISTINCT ON (c.party_id, c.external_id) c.external_id, c.deleted, c.reached_at
    FROM party AS p
    JOIN warehouse.milestone AS c ON c.party_id = p.party_id
    JOIN warehouse.load_now AS l ON l.load_id = c.load_id
    ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
  ) AS t
  WHERE NOT t.deleted
  UNION ALL
  SELECT t.set_at, 'sentiment', t.value || ' of 5', t.reason, t.author_email, t.external_id
  FROM (
    SELECT DISTINCT ON (c.party_id, c.external_id) c.external_id, c.deleted, c.value, c.set_at, c.reason,
      c.author_email
    FROM party AS p
    JOIN warehouse.sentiment AS c ON c.party_id = p.party_id
    JOIN warehouse.load_now AS l ON l.load_id = c.load_id
    ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
  ) AS t
  WHERE NOT t.deleted
  UNION ALL
  SELECT d.day::timestamp AT TIME ZONE z.name, 'contract', d.what || coalesce(' ' || t.product, ''), NULL, NULL,
    t.external_id || d.what
  FROM (
    SELECT DISTINCT ON (c.party_id, c.external_id) c.external_id, c.deleted, c.product, c.start_on, c.end_on,
      c.cancelled_on
    FROM party AS p
    JOIN warehouse.subscription AS c ON c.party_id = p.party_id
    JOIN warehouse.load_now AS l ON l.load_id = c.load_id
    ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
  ) AS t
  CROSS JOIN LATERAL (
    VALUES ('begins', t.start_on), ('ends', t.end_on), ('cancelled', t.cancelled_on)
  ) AS d(what, day)
  CROSS JOIN zone AS z
  WHERE NOT t.deleted AND d.day IS NOT NULL AND isfinite(d.day)
  UNION ALL
  SELECT b.as_of::timestamp AT TIME ZONE z.name, 'band', b.before || ' to ' || b.band, NULL, NULL,
    b.as_of::text
  FROM (
    SELECT s.as_of, s.band, lag(s.band) OVER (ORDER BY s.as_of) AS before
    FROM score.account_published AS s
    WHERE s.account_id = $1::bigint
  ) AS b
  CROSS JOIN zone AS z
  WHERE b.before <> b.band
  UNION ALL
  SELECT l.committed_at, 'override', o.kind || ' ' || o.value_bp / 100, o.reason, o.author, o.override_id::text
  FROM outreach.override AS o
  JOIN ops.load AS l ON l.load_id = o.load_id
  WHERE o.account_id = $1::bigint AND l.undone_no IS NULL
  UNION ALL
  SELECT n.created_at, 'note', n.body, NULL, n.author, n.note_id::text
  FROM outreach.note AS n
  WHERE n.account_id = $1::bigint AND NOT n.is_deleted
  UNION ALL
  SELECT t.created_at, 'task', t.title, t.state, t.author, t.task_id::text
  FROM outreach.task AS t
  WHERE t.account_id = $1::bigint
  UNION ALL
  SELECT k.created_at, 'acknowledgement', k.what, k.note, k.author, k.acknowledgement_id::text
  FROM outreach.acknowledgement AS k
  WHERE k.account_id = $1::bigint
  UNION ALL
  SELECT e.created_at, 'alert', o.label, e.kind || ', ' || e.severity, NULL, e.event_id::text
  FROM outreach.alert_event AS e
  JOIN outreach.alert_event AS o ON o.alert_id = e.alert_id AND o.kind = 'opened'
  WHERE e.account_id = $1::bigint AND e.kind IN ('opened', 'escalated', 'resolved')
)
SELECT f.at, f.kind, f.title, f.detail, f.who, f.page_number, f.page_id
FROM (
  SELECT e.at, e.kind, e.title, nullif(e.detail, '') AS detail, e.who,
    -(extract(epoch FROM e.at) * 1000000)::bigint AS page_number,
    hashtextextended(e.kind || '/' || e.reference, 0) AS page_id
  FROM feed AS e
  WHERE isfinite(e.at)
) AS f
WHERE $3::bigint IS NULL OR (f.page_number, f.page_id) > ($2::bigint, $3::bigint)
ORDER BY f.page_number, f.page_id
LIMIT $4::int;
