-- Which measures cost the portfolio most health.
-- many shown
-- column measure_group  text    Group.
-- column label          text    Measure.
-- column accounts       bigint  Accounts it costs something.
-- column lost           double  Points it costs them together.
-- column unusable       bigint  Accounts for which it has no usable value.
SELECT c.measure_group, c.label, count(*) FILTER (WHERE c.lost > 0) AS accounts,
  coalesce(sum(c.lost), 0)::double precision AS lost, count(*) FILTER (WHERE c.quality <> 'ok') AS unusable
FROM bi.contribution_current AS c
GROUP BY c.measure_group, c.label
ORDER BY lost DESC, c.measure_group, c.label;
