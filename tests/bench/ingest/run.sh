#!/usr/bin/env bash
# What ingest costs beside the tools people would use otherwise, on one machine in one run.
#
#   run.sh [--rows N] [--repeat N] [--only "CASE …"] [--smoke]
#
# CPU seconds of the client with its children and of the private PostgreSQL's processes; the median
# of the repetitions, whose order goes round. Peers that cannot be installed are skipped with a line.
# --smoke runs a few thousand rows without peers and checks only that the bench works.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../../.." && pwd)
build=${KENKO_BUILD:-$source/build/release}
kenko=${KENKO_BIN:-$build/kenko}
rows=2000000 repeat=3 smoke=no parties=1000 only=
while [ $# -gt 0 ]; do
  case $1 in
  --rows) rows=$2 && shift ;;
  --repeat) repeat=$2 && shift ;;
  --only) only=$2 && shift ;;
  --smoke) smoke=yes rows=20000 repeat=1 parties=20 ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0" && exit 2 ;;
  esac
  shift
done
# shellcheck source=tests/support/bench.sh
. "$source/tests/support/bench.sh"

# ── data, warehouse, configurations ─────────────────────────────────────────────────────────────────
generate() { "$build/bench_generate" "$@"; }
generate "$rows" day csv >"$scratch/day.csv"
generate "$rows" day ndjson >"$scratch/day.ndjson"
generate "$rows" year csv >"$scratch/year.csv"
dsn=$("$kenko" cluster start) || fail "the private PostgreSQL does not start"
sql() { PGOPTIONS='--client-min-messages=warning' psql -X -q -v ON_ERROR_STOP=1 "$@"; }

configure() { # name, file, further lines of the stream
  local dir=$scratch/$1 event
  mkdir -p "$dir"
  {
    printf 'organisation: Bench\ntime_zone: UTC\ncurrency: USD\nlanguage: en\n'
    printf 'warehouse: {dsn: "%s"}\n' "${dsn/dbname=kenko/dbname=fresh}"
    printf 'sources:\n  - name: events\n    type: file\n    streams:\n'
    printf '      - stream: usage_event\n        path: %s\n' "$2"
    printf '        fields: {party: account, at: ts}\n'
    [ -n "${3:-}" ] && printf '        %s\n' "$3"
    printf '        values:\n'
    for event in "${events[@]}"; do
      printf '          - {metric: "%s", when: {field: event, equals: "%s"}}\n' "$event" "$event"
    done
  } >"$dir/kenko.yaml"
  {
    printf 'usage:\n'
    for event in "${events[@]}"; do
      printf '  - {name: "%s", unit: events, combine: sum, decimals: 0}\n' "$event"
    done
  } >"$dir/metrics.yaml"
}
events=(job.started job.finished job.failed definition.created definition.saved connector.added
  user.signed_in user.invited report.viewed alert.opened query.run export.made)
configure csv "$scratch/day.csv"
configure ndjson "$scratch/day.ndjson"
configure ids "$scratch/day.csv" 'id: id'
configure year "$scratch/year.csv"
configure kept "$scratch/day.csv" 'keep: true'
sql "$dsn" -c 'CREATE DATABASE fresh' || fail "no database"
"$kenko" -C "$scratch/csv" migrate >"$scratch/log" 2>&1 || fail "no schema"
sql "$dsn" -c 'ALTER DATABASE fresh RENAME TO migrated' || fail "no template"

# ── measuring ───────────────────────────────────────────────────────────────────────────────────────
# Each case has a function before_NAME (not measured, may be missing) and run_NAME.
measure() {
  local name=$1 before
  if declare -F "before_$name" >/dev/null; then
    "before_$name" >"$scratch/log" 2>&1 || fail "$name cannot be prepared"
  fi
  sql "$dsn" -c CHECKPOINT
  before=$(server_ticks)
  "$build/bench_measure" "$scratch/taken" bash -c "$(declare -f "run_$name"); run_$name" \
    >"$scratch/out" 2>"$scratch/log" || fail "$name failed"
  echo "$(cat "$scratch/taken") $(awk "BEGIN { print ($(server_ticks) - $before) / $ticks }")" \
    >>"$scratch/took.$name"
}
# Column of a case's median run: 1 client CPU, 2 wall, 3 KiB, 4 server CPU, 5 both CPUs.
took() {
  [ -s "$scratch/took.$1" ] || return 1
  awk '{ print $0, $1 + $4 }' "$scratch/took.$1" | sort -n -k5 |
    awk -v column="$2" '{ line[NR] = $column } END { print line[int((NR + 1) / 2)] }'
}
export scratch kenko here dsn build rows
fresh() {
  sql "$dsn" -c 'DROP DATABASE IF EXISTS fresh' -c 'CREATE DATABASE fresh TEMPLATE migrated'
}
tables() { # options of the raw table
  sql "$dsn" -c 'CREATE SCHEMA IF NOT EXISTS bench' -c 'DROP TABLE IF EXISTS bench.raw, bench.kept, bench.cell' \
    -c "CREATE ${1:-} TABLE bench.raw (id text, account text, \"user\" text, event text, ts timestamptz,
        value numeric, properties jsonb)" \
    -c 'CREATE TABLE bench.kept (id text PRIMARY KEY, account text, event text, ts timestamptz)' \
    -c 'CREATE TABLE bench.cell (account text, event text, day date, n bigint)'
}

# ── the cases ───────────────────────────────────────────────────────────────────────────────────────
before_csv() { fresh; }
run_csv() { "$kenko" -C "$scratch/csv" ingest; }
before_ndjson() { fresh; }
run_ndjson() { "$kenko" -C "$scratch/ndjson" ingest; }
before_ids() { fresh; }
run_ids() { "$kenko" -C "$scratch/ids" ingest; }
before_kept() { fresh; }
run_kept() { "$kenko" -C "$scratch/kept" ingest; }
before_year() { fresh; }
run_year() { "$kenko" -C "$scratch/year" ingest; }
run_wc() { wc -l "$scratch/day.csv"; }
run_duckdb_csv() { cd "$scratch/node" && node duckdb.mjs "$scratch/day.csv" csv "$scratch/out.parquet"; }
run_duckdb_ndjson() { cd "$scratch/node" && node duckdb.mjs "$scratch/day.ndjson" ndjson "$scratch/out.parquet"; }
before_copy() { tables; }
run_copy() { psql -X -q "$dsn" -c "\\copy bench.raw FROM '$scratch/day.csv' (FORMAT csv, HEADER)"; }
before_copy_group() { tables; }
run_copy_group() {
  psql -X -q "$dsn" -c "\\copy bench.raw FROM '$scratch/day.csv' (FORMAT csv, HEADER)" -f "$here/cells.sql"
}
before_copy_ids() { tables UNLOGGED; }
run_copy_ids() {
  psql -X -q "$dsn" -c "\\copy bench.raw FROM '$scratch/day.csv' (FORMAT csv, HEADER)" \
    -c 'INSERT INTO bench.kept SELECT id, account, event, ts FROM bench.raw ON CONFLICT DO NOTHING' \
    -c 'INSERT INTO bench.cell SELECT account, event, ts::date, count(*) FROM bench.kept GROUP BY 1, 2, 3'
}
before_pandas_rollup() { tables; }
run_pandas_rollup() { /usr/bin/python3 "$here/pandas_load.py" "$dsn" "$scratch/day.csv" rollup; }
before_pandas_raw() { tables; }
run_pandas_raw() { /usr/bin/python3 "$here/pandas_load.py" "$dsn" "$scratch/day.csv" raw; }
before_pgloader() { # a tenth of the rows: it takes long
  tables
  head -n $((rows / 10 + 1)) "$scratch/day.csv" >"$scratch/tenth.csv"
  local host=${dsn#host=}
  printf "LOAD CSV FROM '%s' INTO postgresql://kenko@unix:%s:5432/kenko TARGET TABLE bench.raw
    WITH skip header = 1, fields terminated by ',', fields optionally enclosed by '\"';" \
    "$scratch/tenth.csv" "${host%% *}" >"$scratch/pgloader.load"
}
run_pgloader() { pgloader -q "$scratch/pgloader.load" && psql -X -q "$dsn" -f "$here/cells.sql"; }
run_spans() { "$build/bench_readback" "${dsn/dbname=kenko/dbname=migrated}" spans; }
run_days() { "$build/bench_readback" "${dsn/dbname=kenko/dbname=migrated}" days; }

has_node() {
  command -v node >/dev/null && command -v npm >/dev/null || return 1
  mkdir -p "$build/bench-node" && cp "$here/duckdb.mjs" "$build/bench-node/" && ln -sfn "$build/bench-node" "$scratch/node"
  [ -d "$build/bench-node/node_modules/@duckdb" ] ||
    (cd "$build/bench-node" && npm install --no-audit --no-fund --no-save @duckdb/node-api) >"$scratch/log" 2>&1
}
has_packages() {
  # shellcheck source=packaging/setup.sh
  . "$source/packaging/setup.sh" && kenko_install "$@" >"$scratch/log" 2>&1
}
cases=(csv ndjson ids kept year wc spans days)
if [ "$smoke" = no ]; then
  cases+=(copy copy_group copy_ids)
  if has_node; then cases+=(duckdb_csv duckdb_ndjson); else echo "skipped: DuckDB cannot be installed"; fi
  if has_packages python3-pandas python3-psycopg2; then cases+=(pandas_rollup pandas_raw); else echo "skipped: pandas cannot be installed"; fi
  if has_packages pgloader; then cases+=(pgloader); else echo "skipped: pgloader cannot be installed"; fi
fi
[ -z "$only" ] || read -ra cases <<<"csv $only"
"$build/bench_readback" "${dsn/dbname=kenko/dbname=migrated}" make "$parties" ||
  fail "no table to read back"
for ((i = 0; i < repeat; i++)); do
  for case in "${cases[@]}"; do
    measure "$case"
    [ "$case" != csv ] || read_rows=$(grep -oE '^read +[0-9,]+' "$scratch/out" | tr -dc 0-9)
  done
done
[ "${read_rows:-0}" = "$rows" ] || fail "ingest read ${read_rows:-nothing}, want $rows"

if [ "$smoke" = yes ]; then
  echo "${#cases[@]} passed, 0 failed"
  exit 0
fi

# ── the table ───────────────────────────────────────────────────────────────────────────────────────
echo
printf '%-16s %10s %10s %10s %10s %10s\n' "$rows rows" client server both wall "RSS MiB"
for case in "${cases[@]}"; do
  printf '%-16s %10.3f %10.2f %10.3f %10.2f %10.1f\n' "$case" "$(took "$case" 1)" "$(took "$case" 4)" \
    "$(took "$case" 5)" "$(took "$case" 2)" "$(awk "BEGIN { print $(took "$case" 3) / 1024 }")"
done
echo
printf '%-46s %8s %8s\n' "CPU, ours / theirs (client and server)" ratio goal
ratio() { # what, ours, theirs, factor of theirs, goal, column of ours when it is not both
  local ours theirs
  ours=$(took "$2" "${6:-5}") && theirs=$(took "$3" 5) || return 0
  awk -v what="$1" -v a="$ours" -v b="$theirs" -v f="$4" -v goal="$5" 'BEGIN {
    r = a / (b * f); printf "%-46s %8.3f %8s  %s\n", what, r, "≤ " goal, r <= goal ? "met" : "MISSED" }'
}
ratio "CSV rollup / DuckDB, 1 thread" csv duckdb_csv 1 0.35
ratio "… without the server that keeps it" csv duckdb_csv 1 0.35 1
ratio "NDJSON rollup / DuckDB, 1 thread" ndjson duckdb_ndjson 1 0.5
ratio "… without the server that keeps it" ndjson duckdb_ndjson 1 0.5 1
ratio "day rollup / \\copy + GROUP BY" csv copy_group 1 0.1
ratio "day rollup by id / \\copy + ON CONFLICT" ids copy_ids 1 0.25
ratio "raw events kept / \\copy" kept copy 1 0.7
ratio "day rollup / pandas groupby + COPY" csv pandas_rollup 1 0.05
ratio "day rollup / pandas raw + GROUP BY" csv pandas_raw 1 0.05
ratio "day rollup / pgloader + GROUP BY" csv pgloader 10 0.05
ratio "spans read back / one row a day" spans days 1 0.2
ratio "CSV rollup / wc -l" csv wc 1 10
