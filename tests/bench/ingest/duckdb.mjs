// Events per account, event and day → Parquet, on one thread: node duckdb.mjs FILE csv|ndjson OUT
import { DuckDBInstance } from '@duckdb/node-api';

const [file, format, out] = process.argv.slice(2);
const text = (value) => `'${value.replaceAll("'", "''")}'`;
const source = format === 'csv'
  ? `read_csv(${text(file)}, header = true, columns = {id: 'VARCHAR', account: 'VARCHAR',
      user: 'VARCHAR', event: 'VARCHAR', ts: 'TIMESTAMPTZ', value: 'DOUBLE', properties: 'VARCHAR'})`
  : `read_json(${text(file)}, format = 'newline_delimited', columns = {account: 'VARCHAR',
      event: 'VARCHAR', ts: 'TIMESTAMPTZ'})`;
const db = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await db.connect();
await connection.run("SET TimeZone = 'UTC'");
await connection.run(`COPY (SELECT account, event, ts::DATE AS day, count(*) AS n FROM ${source}
  GROUP BY ALL) TO ${text(out)} (FORMAT parquet)`);
