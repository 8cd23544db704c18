-- Versions of records that count now.
-- copy
-- column line  text
COPY (
  SELECT concat_ws('|', 'account', p.source, p.external_id, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.name::text, '-'), coalesce(v.domain::text, '-'), coalesce(v.owner_email::text, '-'), coalesce(v.plan::text, '-'), coalesce(v.segment::text, '-'), coalesce(v.industry::text, '-'), coalesce(v.region::text, '-'), coalesce(v.parent_id::text, '-'), coalesce(v.created_on::text, '-')) AS line
  FROM warehouse.account AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id JOIN identity.party AS p ON p.party_id = v.party_id
  UNION ALL
  SELECT concat_ws('|', 'subscription', p.source, p.external_id, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.external_id::text, '-'), coalesce(v.product::text, '-'), coalesce(v.start_on::text, '-'), coalesce(v.end_on::text, '-'), coalesce(v.cancelled_on::text, '-'), coalesce(v.arr_minor::text, '-'), coalesce(v.currency::text, '-'), coalesce(v.billing_months::text, '-'), coalesce(v.auto_renew::text, '-'), coalesce(v.quantity::text, '-'), coalesce(v.churn_reason::text, '-'), coalesce(v.competitor::text, '-')) AS line
  FROM warehouse.subscription AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id JOIN identity.party AS p ON p.party_id = v.party_id
  UNION ALL
  SELECT concat_ws('|', 'contact', p.source, p.external_id, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.external_id::text, '-'), coalesce(v.name::text, '-'), coalesce(v.email::text, '-'), coalesce(v.role::text, '-'), coalesce(v.left_on::text, '-')) AS line
  FROM warehouse.contact AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id JOIN identity.party AS p ON p.party_id = v.party_id
  UNION ALL
  SELECT concat_ws('|', 'job', p.source, p.external_id, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.external_id::text, '-'), coalesce(v.definition::text, '-'), coalesce(v.connector::text, '-'), coalesce(v.executor::text, '-'), coalesce(v.status::text, '-'), coalesce(v.created_at::text, '-'), coalesce(v.started_at::text, '-'), coalesce(v.finished_at::text, '-'), coalesce(v.row_count::text, '-'), coalesce(v.byte_count::text, '-'), coalesce(v.skipped_count::text, '-')) AS line
  FROM warehouse.job AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id JOIN identity.party AS p ON p.party_id = v.party_id
  UNION ALL
  SELECT concat_ws('|', 'incident', v.source, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.external_id::text, '-'), coalesce(v.title::text, '-'), coalesce(v.severity::text, '-'), coalesce(v.cause::text, '-'), coalesce(v.component::text, '-'), coalesce(v.started_at::text, '-'), coalesce(v.resolved_at::text, '-')) AS line
  FROM warehouse.incident AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id 
  UNION ALL
  SELECT concat_ws('|', 'incident_account', p.source, p.external_id, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.external_id::text, '-'), coalesce(v.occurred_at::text, '-'), coalesce(v.minutes::text, '-')) AS line
  FROM warehouse.incident_account AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id JOIN identity.party AS p ON p.party_id = v.party_id
  UNION ALL
  SELECT concat_ws('|', 'ticket', p.source, p.external_id, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.external_id::text, '-'), coalesce(v.subject::text, '-'), coalesce(v.severity::text, '-'), coalesce(v.status::text, '-'), coalesce(v.opened_at::text, '-'), coalesce(v.first_reply_at::text, '-'), coalesce(v.solved_at::text, '-'), coalesce(v.reopened::text, '-')) AS line
  FROM warehouse.ticket AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id JOIN identity.party AS p ON p.party_id = v.party_id
  UNION ALL
  SELECT concat_ws('|', 'touchpoint', p.source, p.external_id, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.external_id::text, '-'), coalesce(v.kind::text, '-'), coalesce(v.occurred_at::text, '-'), coalesce(v.note::text, '-')) AS line
  FROM warehouse.touchpoint AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id JOIN identity.party AS p ON p.party_id = v.party_id
  UNION ALL
  SELECT concat_ws('|', 'survey_response', p.source, p.external_id, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.external_id::text, '-'), coalesce(v.kind::text, '-'), coalesce(v.answered_at::text, '-'), coalesce(v.value::text, '-'), coalesce(v.contact_id::text, '-'), coalesce(v.comment::text, '-')) AS line
  FROM warehouse.survey_response AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id JOIN identity.party AS p ON p.party_id = v.party_id
  UNION ALL
  SELECT concat_ws('|', 'sentiment', p.source, p.external_id, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.external_id::text, '-'), coalesce(v.author_email::text, '-'), coalesce(v.value::text, '-'), coalesce(v.reason::text, '-'), coalesce(v.set_at::text, '-'), coalesce(v.expires_on::text, '-')) AS line
  FROM warehouse.sentiment AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id JOIN identity.party AS p ON p.party_id = v.party_id
  UNION ALL
  SELECT concat_ws('|', 'milestone', p.source, p.external_id, coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.external_id::text, '-'), coalesce(v.reached_at::text, '-')) AS line
  FROM warehouse.milestone AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id JOIN identity.party AS p ON p.party_id = v.party_id
  UNION ALL
  SELECT concat_ws('|', 'fx_rate', '', coalesce(v.changed_at::text, '-'), v.deleted::text, coalesce(v.currency::text, '-'), coalesce(v.day::text, '-'), coalesce(v.rate_1e9::text, '-')) AS line
  FROM warehouse.fx_rate AS v JOIN warehouse.load_now AS l ON l.load_id = v.load_id 
) TO STDOUT (FORMAT binary);
