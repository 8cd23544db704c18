-- How many accounts got what they were promised, by service level.
-- many shown
-- column slo                text         Name in slo.yaml.
-- column label              text         Shown name.
-- column state              text         OK, WARNING, BREACHED or INSUFFICIENT_DATA.
-- column accounts           bigint       How many.
-- column worst_budget_left  double null  The least that is left of an error budget.
SELECT s.slo, s.label, s.state, count(*) AS accounts, min(s.budget_left)::double precision AS worst_budget_left
FROM bi.slo_current AS s
GROUP BY s.slo, s.label, s.state
ORDER BY s.slo, s.state;
