-- What published days say of each account, account by account.
-- copy
-- param  days            text     a list of days in braces
-- param  has_metrics     bool     measures' values are wanted
-- param  slos            text     a list of names in braces
-- param  indicators      text     a list of names in braces
-- column account_id      bigint
-- column as_of           date
-- column band            text
-- column effective_bp    int null
-- column scorecard_id    bigint
-- column p_churn_1e9     bigint null
-- column arr_minor       bigint
-- column renewal_on      date null
-- column metric_value    double[] null
-- column metric_quality  text[] null
-- column slos            text[] null
-- column slo_state       text[] null
-- column slo_firing      text[] null
-- column indicators      text[] null
-- column indicator_known int[] null
COPY (
  SELECT s.account_id, s.as_of, s.band, s.effective_bp, s.scorecard_id, s.p_churn_1e9, s.arr_minor,
    s.renewal_on, CASE WHEN $2::boolean THEN s.metric_value END AS metric_value,
    CASE WHEN $2::boolean THEN s.metric_quality END AS metric_quality, o.slos, o.slo_state,
    o.slo_firing, i.indicators, i.indicator_known
  FROM score.account_published AS s
  LEFT JOIN (
    SELECT v.account_id, v.as_of, array_agg(v.slo ORDER BY v.slo) AS slos,
      array_agg(v.state ORDER BY v.slo) AS slo_state, array_agg(v.firing ORDER BY v.slo) AS slo_firing
    FROM score.slo_result AS v
    WHERE v.as_of = ANY ($1::text::date[]) AND v.slo = ANY ($3::text::text[])
    GROUP BY v.account_id, v.as_of
  ) AS o ON o.account_id = s.account_id AND o.as_of = s.as_of
  LEFT JOIN (
    SELECT d.account_id, d.as_of, array_agg(d.indicator ORDER BY d.indicator) AS indicators,
      array_agg(d.is_known::integer ORDER BY d.indicator) AS indicator_known
    FROM score.indicator_day AS d
    WHERE d.as_of = ANY ($1::text::date[]) AND d.indicator = ANY ($4::text::text[])
    GROUP BY d.account_id, d.as_of
  ) AS i ON i.account_id = s.account_id AND i.as_of = s.as_of
  WHERE s.as_of = ANY ($1::text::date[])
  ORDER BY s.account_id, s.as_of
) TO STDOUT (FORMAT binary);
