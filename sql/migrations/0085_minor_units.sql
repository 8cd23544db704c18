-- The dinars and the rial of ISO 4217 with three decimals were stored in hundredths, are in thousandths.
UPDATE warehouse.subscription SET arr_minor = arr_minor * 10
WHERE currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND');
UPDATE score.account_score SET arr_minor = arr_minor * 10
WHERE (SELECT s.value FROM ops.setting AS s WHERE s.name = 'currency')
  IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND');
