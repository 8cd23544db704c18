-- What the tables of revenue follow from.
-- maybe
-- column basis  text
SELECT basis
FROM score.revenue;
