-- What ends in each coming month, what of it is renewed, and what may be lost.
-- many shown
-- param  max_rows  int null  Rows at most; 1000 when nothing is said.
-- column month          date         First day of the month.
-- column contracts      bigint       That end in it.
-- column renewed        bigint       Of them renewed already.
-- column arr            double null  ARR that ends.
-- column arr_renewed    double null  Of it renewed.
-- column expected_loss  double null  Of the rest, by the model.
SELECT date_trunc('month', r.renewal_on::timestamp)::date AS month, count(*) AS contracts,
  count(*) FILTER (WHERE r.is_renewed) AS renewed, sum(r.arr)::double precision AS arr,
  sum(r.arr) FILTER (WHERE r.is_renewed)::double precision AS arr_renewed,
  sum(r.expected_loss) FILTER (WHERE NOT r.is_renewed)::double precision AS expected_loss
FROM bi.renewal AS r
WHERE r.days >= 0
GROUP BY month
ORDER BY month
LIMIT coalesce($1::int, 1000);
