"""What people do with pandas: pandas_load.py DSN FILE rollup|raw

rollup  events per account, event and day, grouped in pandas, the cells by COPY
raw     every row by COPY, then grouped in SQL
"""
import io
import sys

import pandas
import psycopg2

dsn, path, how = sys.argv[1:]
rows = pandas.read_csv(path)
with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
    text = io.StringIO()
    if how == 'rollup':
        rows['day'] = pandas.to_datetime(rows['ts']).dt.date
        cells = rows.groupby(['account', 'event', 'day']).size().reset_index()
        cells.to_csv(text, index=False, header=False)
        text.seek(0)
        cursor.copy_expert('COPY bench.cell FROM STDIN (FORMAT csv)', text)
    else:
        rows.to_csv(text, index=False, header=False)
        text.seek(0)
        cursor.copy_expert('COPY bench.raw FROM STDIN (FORMAT csv)', text)
        cursor.execute(open(sys.path[0] + '/cells.sql').read())
