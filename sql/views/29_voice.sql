-- What customers and their CSMs say: surveys and sentiment, up to the newest published day.

CREATE OR REPLACE VIEW warehouse.contact_now AS
SELECT m.account_id, v.party_id, v.external_id, v.role, v.left_on
FROM (
  SELECT DISTINCT ON (c.party_id, c.external_id) c.*
  FROM warehouse.contact AS c
  JOIN warehouse.load_now AS l ON l.load_id = c.load_id
  ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
) AS v
JOIN warehouse.member_now AS m ON m.party_id = v.party_id
WHERE NOT v.deleted AND m.account_id IS NOT NULL;
COMMENT ON VIEW warehouse.contact_now IS 'People at customers as known now, by account; without names and addresses.';

CREATE OR REPLACE VIEW warehouse.survey_now AS
SELECT
  m.account_id, v.kind, v.value, v.answered_at,
  (v.answered_at AT TIME ZONE coalesce((SELECT s.value FROM ops.setting AS s WHERE s.name = 'time_zone'), 'UTC'))::date AS answered_on,
  coalesce(v.contact_id, v.external_id) AS person
FROM (
  SELECT DISTINCT ON (c.party_id, c.external_id) c.*
  FROM warehouse.survey_response AS c
  JOIN warehouse.load_now AS l ON l.load_id = c.load_id
  ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
) AS v
JOIN warehouse.member_now AS m ON m.party_id = v.party_id
WHERE NOT v.deleted AND m.account_id IS NOT NULL;
COMMENT ON VIEW warehouse.survey_now IS 'Answers to surveys as known now, by account; person is who answered, or the answer itself where nobody is named.';

CREATE OR REPLACE VIEW warehouse.sentiment_now AS
SELECT m.account_id, v.author_email, v.value, v.reason, v.set_at, z.set_on, coalesce(v.expires_on, z.set_on + 90) AS expires_on
FROM (
  SELECT DISTINCT ON (c.party_id, c.external_id) c.*
  FROM warehouse.sentiment AS c
  JOIN warehouse.load_now AS l ON l.load_id = c.load_id
  ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
) AS v
CROSS JOIN LATERAL (
  SELECT (v.set_at AT TIME ZONE coalesce((SELECT s.value FROM ops.setting AS s WHERE s.name = 'time_zone'), 'UTC'))::date AS set_on
) AS z
JOIN warehouse.member_now AS m ON m.party_id = v.party_id
WHERE NOT v.deleted AND m.account_id IS NOT NULL;
COMMENT ON VIEW warehouse.sentiment_now IS 'What CSMs said as known now, by account, with the day it stops counting.';

-- Of each person the newest answer of the half year before a day: now, and 90 days earlier.
CREATE OR REPLACE VIEW bi.nps_current AS
WITH said AS MATERIALIZED (
  SELECT DISTINCT ON (v.account_id, e.is_now, v.person)
    v.account_id, e.is_now, v.person, v.value, v.answered_on, r.as_of
  FROM score.current_run AS r
  CROSS JOIN (VALUES (true, 0), (false, 90)) AS e(is_now, back)
  JOIN warehouse.survey_now AS v ON v.kind = 'nps' AND v.answered_on < r.as_of - e.back
    AND v.answered_on >= r.as_of - e.back - 180
  ORDER BY v.account_id, e.is_now, v.person, v.answered_at DESC
), told AS (
  SELECT s.account_id, s.as_of,
    count(*) FILTER (WHERE s.is_now) AS people,
    count(*) FILTER (WHERE s.is_now AND s.value >= 9) AS promoters,
    count(*) FILTER (WHERE s.is_now AND s.value <= 6) AS detractors,
    count(*) FILTER (WHERE NOT s.is_now) AS people_before,
    count(*) FILTER (WHERE NOT s.is_now AND s.value >= 9) AS promoters_before,
    count(*) FILTER (WHERE NOT s.is_now AND s.value <= 6) AS detractors_before,
    max(s.answered_on) FILTER (WHERE s.is_now) AS newest_on
  FROM said AS s
  GROUP BY s.account_id, s.as_of
), there AS (
  SELECT c.account_id, count(*) AS contacts
  FROM warehouse.contact_now AS c
  JOIN score.current_run AS r ON c.left_on IS NULL OR c.left_on >= r.as_of
  GROUP BY c.account_id
)
SELECT
  t.as_of, t.account_id, k.key AS account_key, a.name AS account_name, a.owner_email, a.segment, t.people, t.promoters,
  t.people - t.promoters - t.detractors AS passives, t.detractors,
  (100.0 * (t.promoters - t.detractors) / nullif(t.people, 0))::double precision AS nps,
  (100.0 * (t.promoters_before - t.detractors_before) / nullif(t.people_before, 0))::double precision AS nps_before,
  (100.0 * (t.promoters - t.detractors) / nullif(t.people, 0)
    - 100.0 * (t.promoters_before - t.detractors_before) / nullif(t.people_before, 0))::double precision AS nps_change,
  t.newest_on, h.contacts, (t.people::numeric / nullif(greatest(h.contacts, t.people), 0))::double precision AS response_rate,
  s.arr_minor / u.minor AS arr, s.band
FROM told AS t
JOIN identity.account AS k ON k.account_id = t.account_id
LEFT JOIN warehouse.account_now AS a ON a.account_id = t.account_id
LEFT JOIN there AS h ON h.account_id = t.account_id
LEFT JOIN score.account_published AS s ON s.account_id = t.account_id AND s.as_of = t.as_of
CROSS JOIN warehouse.money_unit AS u;
COMMENT ON VIEW bi.nps_current IS 'Net promoter score by account from the newest answer of each person in the half year before the newest published day, beside that of 90 days earlier.';
COMMENT ON COLUMN bi.nps_current.as_of IS 'Answers before this business day.';
COMMENT ON COLUMN bi.nps_current.account_id IS 'Account.';
COMMENT ON COLUMN bi.nps_current.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.nps_current.account_name IS 'Name.';
COMMENT ON COLUMN bi.nps_current.owner_email IS 'Customer-success owner.';
COMMENT ON COLUMN bi.nps_current.segment IS 'Segment.';
COMMENT ON COLUMN bi.nps_current.people IS 'People whose newest answer counts.';
COMMENT ON COLUMN bi.nps_current.promoters IS 'Of them 9 or 10.';
COMMENT ON COLUMN bi.nps_current.passives IS 'Of them 7 or 8.';
COMMENT ON COLUMN bi.nps_current.detractors IS 'Of them 0 to 6.';
COMMENT ON COLUMN bi.nps_current.nps IS 'Share of promoters less that of detractors, -100 to 100; null when nobody answered in the half year.';
COMMENT ON COLUMN bi.nps_current.nps_before IS 'The same 90 days earlier; null when nobody had answered.';
COMMENT ON COLUMN bi.nps_current.nps_change IS 'The trend: nps less nps_before.';
COMMENT ON COLUMN bi.nps_current.newest_on IS 'Day of the newest answer.';
COMMENT ON COLUMN bi.nps_current.contacts IS 'Contacts who are there; null when none is known.';
COMMENT ON COLUMN bi.nps_current.response_rate IS 'people over the larger of contacts and people: of whom we know, who answered. Sources do not say who was asked.';
COMMENT ON COLUMN bi.nps_current.arr IS 'ARR on the day, in the reporting currency; null of who is no customer.';
COMMENT ON COLUMN bi.nps_current.band IS 'Band on the day.';

CREATE OR REPLACE VIEW bi.nps_month AS
SELECT
  x.month, x.answers, x.people, x.accounts, x.promoters, x.people - x.promoters - x.detractors AS passives, x.detractors,
  (100.0 * (x.promoters - x.detractors) / x.people)::double precision AS nps,
  (100.0 * (x.promoters - x.detractors) / x.people
    - lag(100.0 * (x.promoters - x.detractors) / x.people) OVER (ORDER BY x.month))::double precision AS nps_change
FROM (
  SELECT n.month, sum(n.answers)::bigint AS answers, count(*) AS people, count(DISTINCT n.account_id) AS accounts,
    count(*) FILTER (WHERE n.value >= 9) AS promoters, count(*) FILTER (WHERE n.value <= 6) AS detractors
  FROM (
    SELECT date_trunc('month', v.answered_on)::date AS month, v.account_id, v.person, count(*) AS answers,
      (array_agg(v.value ORDER BY v.answered_at DESC))[1] AS value
    FROM warehouse.survey_now AS v
    JOIN score.current_run AS r ON v.answered_on < r.as_of
    WHERE v.kind = 'nps'
    GROUP BY 1, v.account_id, v.person
  ) AS n
  GROUP BY n.month
) AS x;
COMMENT ON VIEW bi.nps_month IS 'Net promoter score by month, of each person the newest answer of the month.';
COMMENT ON COLUMN bi.nps_month.month IS 'First day of the month; the newest may not be over.';
COMMENT ON COLUMN bi.nps_month.answers IS 'Answers.';
COMMENT ON COLUMN bi.nps_month.people IS 'People who answered.';
COMMENT ON COLUMN bi.nps_month.accounts IS 'Accounts they belong to.';
COMMENT ON COLUMN bi.nps_month.promoters IS 'People who said 9 or 10.';
COMMENT ON COLUMN bi.nps_month.passives IS '7 or 8.';
COMMENT ON COLUMN bi.nps_month.detractors IS '0 to 6.';
COMMENT ON COLUMN bi.nps_month.nps IS 'Share of promoters less that of detractors, -100 to 100.';
COMMENT ON COLUMN bi.nps_month.nps_change IS 'Against the month with answers before it.';

CREATE OR REPLACE VIEW bi.sentiment_current AS
SELECT
  r.as_of, k.account_id, k.key AS account_key, a.name AS account_name, a.owner_email, v.value, v.reason, v.author_email,
  v.set_on, v.expires_on, v.expires_on - r.as_of AS days_left, v.expires_on <= r.as_of AS is_expired,
  v.value_before, s.effective_bp / 100.0 AS health, s.band, s.arr_minor / u.minor AS arr
FROM score.current_run AS r
CROSS JOIN LATERAL (
  SELECT DISTINCT ON (n.account_id)
    n.account_id, n.value, n.reason, n.author_email, n.set_on, n.expires_on,
    lead(n.value) OVER (PARTITION BY n.account_id ORDER BY n.set_at DESC) AS value_before
  FROM warehouse.sentiment_now AS n
  WHERE n.set_on < r.as_of
  ORDER BY n.account_id, n.set_at DESC
) AS v
JOIN identity.account AS k ON k.account_id = v.account_id
LEFT JOIN warehouse.account_now AS a ON a.account_id = v.account_id
LEFT JOIN score.account_published AS s ON s.account_id = v.account_id AND s.as_of = r.as_of
CROSS JOIN warehouse.money_unit AS u;
COMMENT ON VIEW bi.sentiment_current IS 'What the CSM said last of each account, until when it counts, and what it was before. Expired means missing in scores, never the last value.';
COMMENT ON COLUMN bi.sentiment_current.as_of IS 'Said before this business day.';
COMMENT ON COLUMN bi.sentiment_current.account_id IS 'Account.';
COMMENT ON COLUMN bi.sentiment_current.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.sentiment_current.account_name IS 'Name.';
COMMENT ON COLUMN bi.sentiment_current.owner_email IS 'Customer-success owner.';
COMMENT ON COLUMN bi.sentiment_current.value IS '1 (worst) to 5.';
COMMENT ON COLUMN bi.sentiment_current.reason IS 'Why.';
COMMENT ON COLUMN bi.sentiment_current.author_email IS 'Who said so.';
COMMENT ON COLUMN bi.sentiment_current.set_on IS 'When.';
COMMENT ON COLUMN bi.sentiment_current.expires_on IS 'It does not count from this day on.';
COMMENT ON COLUMN bi.sentiment_current.days_left IS 'Days until then; 0 or less is expired.';
COMMENT ON COLUMN bi.sentiment_current.is_expired IS 'It counts no more: somebody has to say it anew.';
COMMENT ON COLUMN bi.sentiment_current.value_before IS 'What was said before it; null when nothing was.';
COMMENT ON COLUMN bi.sentiment_current.health IS 'Health 0..100 on the day.';
COMMENT ON COLUMN bi.sentiment_current.band IS 'Band on the day.';
COMMENT ON COLUMN bi.sentiment_current.arr IS 'ARR on the day, in the reporting currency.';

CREATE OR REPLACE VIEW bi.arr_bridge AS
SELECT
  p.scope, p.period_kind, p.period, p.currency, b.step, b.name, b.amount,
  sum(CASE WHEN b.step = 7 THEN 0 ELSE b.amount END) OVER w - CASE WHEN b.step = 7 THEN 0 ELSE b.amount END AS from_arr,
  sum(CASE WHEN b.step = 7 THEN 0 ELSE b.amount END) OVER w AS to_arr, b.accounts
FROM bi.arr_period AS p
CROSS JOIN LATERAL (
  VALUES (1, 'start', p.arr_start, p.n_start), (2, 'new', p.arr_new, p.n_new),
    (3, 'resurrection', p.arr_resurrection, p.n_resurrection), (4, 'expansion', p.arr_expansion, p.n_expansion),
    (5, 'contraction', p.arr_contraction, p.n_contraction), (6, 'churn', p.arr_churn, p.n_churn),
    (7, 'end', p.arr_end, p.n_start + p.n_new + p.n_resurrection - p.n_churn)
) AS b(step, name, amount, accounts)
WINDOW w AS (PARTITION BY p.scope, p.period_kind, p.period ORDER BY b.step);
COMMENT ON VIEW bi.arr_bridge IS 'From the ARR at the start of a period to that at its end, a row for each bar of a bridge: each begins where the one before it ended. Ask with conditions on scope and period_kind.';
COMMENT ON COLUMN bi.arr_bridge.scope IS 'all, or a currency; as in bi.arr_period.';
COMMENT ON COLUMN bi.arr_bridge.period_kind IS 'month, quarter or year.';
COMMENT ON COLUMN bi.arr_bridge.period IS 'Its first day.';
COMMENT ON COLUMN bi.arr_bridge.currency IS 'Currency of the amounts.';
COMMENT ON COLUMN bi.arr_bridge.step IS 'From 1, in the order of the bars.';
COMMENT ON COLUMN bi.arr_bridge.name IS 'start, new, resurrection, expansion, contraction, churn, end.';
COMMENT ON COLUMN bi.arr_bridge.amount IS 'What it adds; of end the ARR itself.';
COMMENT ON COLUMN bi.arr_bridge.from_arr IS 'Where the bar begins; of end where it ends, too.';
COMMENT ON COLUMN bi.arr_bridge.to_arr IS 'Where it ends.';
COMMENT ON COLUMN bi.arr_bridge.accounts IS 'Accounts behind it; of end those that pay.';

GRANT SELECT ON bi.nps_current, bi.nps_month, bi.sentiment_current, bi.arr_bridge TO kenko_bi;
