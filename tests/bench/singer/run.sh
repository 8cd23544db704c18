#!/usr/bin/env bash
# What a tap's messages cost beside a reader of the usual kind, and how much memory many streams take.
#
#   run.sh [--records N] [--repeat N] [--streams RECORDS] [--smoke]
#
# The reader parses each line into a tree, looks three fields up, counts runs and stores nothing; kenko
# checks everything and stores it. CPU seconds, best of the repetitions. With --streams RECORDS over 500
# streams that take turns: what is resident must stay under 128 MiB. --smoke shows that it runs.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../../.." && pwd)
build=${KENKO_BUILD:-$source/build/release}
kenko=${KENKO_BIN:-$build/kenko}
records=1000000 repeat=3 spread=1000000 streams=500 limit=128 smoke=no
while [ $# -gt 0 ]; do
  case $1 in
  --records) records=$2 && shift ;;
  --repeat) repeat=$2 && shift ;;
  --streams) spread=$2 && shift ;;
  --smoke) smoke=yes records=20000 repeat=1 spread=20000 streams=50 ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" && exit 2 ;;
  esac
  shift
done
# shellcheck source=tests/support/bench.sh
. "$source/tests/support/bench.sh"

# ── data, warehouse, configurations ─────────────────────────────────────────────────────────────────
dsn=$("$kenko" cluster start) || fail "the private PostgreSQL does not start"
events=(job.started job.finished job.failed user.signed_in report.viewed query.run)
configure() { # name, what the source has
  mkdir -p "$scratch/$1"
  {
    printf 'organisation: Bench\ntime_zone: UTC\ncurrency: USD\nlanguage: en\n'
    printf 'warehouse: {dsn: "%s"}\n' "${dsn/dbname=kenko/dbname=$1}"
    printf 'sources:\n  - name: tap\n    type: singer\n%s' "$2"
  } >"$scratch/$1/kenko.yaml"
  {
    printf 'usage:\n'
    for event in "${events[@]}"; do
      printf '  - {name: "%s", unit: events, combine: sum, decimals: 0}\n' "$event"
    done
  } >"$scratch/$1/metrics.yaml"
  psql -X -q "$dsn" -c "CREATE DATABASE $1" && "$kenko" -C "$scratch/$1" migrate >"$scratch/log" 2>&1 ||
    fail "no schema"
}
mapped=$'    streams:\n      - stream: usage_event\n        from: events_0\n        fields: {party: account, at: at}\n        values:\n'
for event in "${events[@]}"; do
  mapped+="          - {metric: \"$event\", when: {field: event, equals: \"$event\"}}"$'\n'
done
configure mapped "$mapped"
configure raw ''
configure spread ''
"$build/bench_tap" "$records" 1 >"$scratch/one"

# ── measuring ───────────────────────────────────────────────────────────────────────────────────────
ticks=$(getconf CLK_TCK)
postmaster=$(head -1 "$KENKO_HOME/postgresql/postmaster.pid")
server_ticks() { # of the postmaster, its living children and those that ended
  cat "/proc/$postmaster/stat" $(pgrep -P "$postmaster" | sed 's|.*|/proc/&/stat|') 2>/dev/null |
    sed 's/.*) //' | awk '{ sum += $12 + $13 + $14 + $15 } END { print sum }'
}
measure() { # name, input, command …
  local name=$1 input=$2 before
  shift 2
  before=$(server_ticks)
  "$build/bench_measure" "$scratch/taken" "$@" <"$input" >"$scratch/out" 2>"$scratch/log" || fail "$name failed"
  echo "$(cat "$scratch/taken") $(awk "BEGIN { print ($(server_ticks) - $before) / $ticks }")" >>"$scratch/took.$name"
}
undo() { # what was loaded, so that the next turn finds nothing
  psql -X -q "${dsn/dbname=kenko/dbname=postgres}" -c "DROP DATABASE $1" -c "CREATE DATABASE $1 TEMPLATE ${1}_empty"
}
for name in mapped raw; do
  psql -X -q "$dsn" -c "CREATE DATABASE ${name}_empty TEMPLATE $name" || fail "no template"
done
loaded() {
  local got
  got=$(grep -oE '^loaded +[0-9,]+' "$scratch/log" | tr -dc 0-9)
  [ "$got" = "$1" ] || fail "loaded ${got:-nothing}, want $1"
}
for ((i = 0; i < repeat; i++)); do
  measure reader "$scratch/one" "$build/bench_reader"
  for name in mapped raw; do
    undo "$name"
    measure "$name" "$scratch/one" "$kenko" -C "$scratch/$name" ingest --singer tap
    loaded "$records"
  done
done
measure spread <("$build/bench_tap" "$spread" "$streams") "$kenko" -C "$scratch/spread" ingest --singer tap
loaded "$spread"
resident=$(awk '{ print int($3 / 1024) }' "$scratch/took.spread")
[ "$resident" -lt "$limit" ] || fail "$resident MiB resident with $streams streams, want less than $limit"
if [ "$smoke" = yes ]; then
  echo "4 passed, 0 failed"
  exit 0
fi

# ── the table ───────────────────────────────────────────────────────────────────────────────────────
best() { sort -n "$scratch/took.$1" | head -1; }
printf '%-34s %9s %9s %9s %9s %14s\n' "$records records" client server wall 'RSS MiB' 'records/s (client)'
for name in reader mapped raw; do
  best "$name" | awk -v name="$name" -v n="$records" \
    '{ printf "%-34s %9.2f %9.2f %9.2f %9.1f %14.0f\n", name, $1, $4, $2, $3 / 1024, n / $1 }'
done
awk -v name="$spread over $streams streams" -v n="$spread" \
  '{ printf "%-34s %9.2f %9.2f %9.2f %9.1f %14.0f\n", name, $1, $4, $2, $3 / 1024, n / $1 }' "$scratch/took.spread"
paste <(best reader) <(best mapped) | awk '{
  r = $1 / ($5 + $8); c = $1 / $5
  printf "record rate, mapped / reader of trees %19.1f  ≥ 20  %s (without the server: %.1f)\n", r, (r >= 20 ? "met" : "MISSED"), c }'
