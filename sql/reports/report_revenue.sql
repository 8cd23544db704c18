-- The newest month and the newest quarter that are over, of the revenue that was stored for a day; none
-- when what is stored is of another day.
-- many
-- param  as_of               date
-- column kind                text    month first
-- column period              date    its first day
-- column ends                date    the day after its last
-- column start_minor         bigint
-- column new_minor           bigint
-- column resurrection_minor  bigint
-- column expansion_minor     bigint
-- column contraction_minor   bigint
-- column churn_minor         bigint
-- column n_start             bigint
-- column n_churn             bigint
SELECT DISTINCT ON (p.kind) p.kind, p.period, p.period + p.days AS ends, p.start_minor, p.new_minor,
  p.resurrection_minor, p.expansion_minor, p.contraction_minor, p.churn_minor, p.n_start, p.n_churn
FROM score.arr_period AS p
JOIN score.revenue AS v ON v.as_of = $1::date
WHERE p.scope = 'all' AND p.kind IN ('month', 'quarter')
ORDER BY p.kind, p.period DESC;
