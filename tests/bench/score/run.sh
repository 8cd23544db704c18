#!/usr/bin/env bash
# What a day's scoring costs, by number of accounts: 40 measures of the simulated company's configuration
# over half a year, publishing included.
#
#   run.sh [--accounts "N …"] [--months N] [--smoke]
#
# CPU seconds of kenko and of the private PostgreSQL's processes. Beside the runs stands what the server
# alone takes for the same bytes: to read out the usage that is read, and to copy the results into an equal
# table. Then 15 days of window counts over events, beside the query people write for them.
# --smoke scores a handful and checks only that the bench works.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../../.." && pwd)
build=${KENKO_BUILD:-$source/build/release}
kenko=${KENKO_BIN:-$build/kenko}
sizes="10000 30000 100000" months=6 smoke=no events=4390000
while [ $# -gt 0 ]; do
  case $1 in
  --accounts) sizes=$2 && shift ;;
  --months) months=$2 && shift ;;
  --smoke) smoke=yes sizes=60 months=2 events=20000 ;;
  *) sed -n '2,11s/^# \{0,1\}//p' "$0" && exit 2 ;;
  esac
  shift
done
# shellcheck source=tests/support/bench.sh
. "$source/tests/support/bench.sh"
# shellcheck source=tests/bench/score/forty.sh
. "$here/forty.sh"
dsn=$("$kenko" cluster start) || fail "the private PostgreSQL does not start"
sql() { PGOPTIONS='--client-min-messages=warning' psql -X -q -v ON_ERROR_STOP=1 "$@"; }
database() { # name: dsn is of it from now on
  sql "$("$kenko" cluster start)" -c "CREATE DATABASE $1" || fail "no database"
  dsn=$("$kenko" cluster start | sed "s/dbname=kenko/dbname=$1/")
}
measure() { # name, command …
  local name=$1 before
  shift
  sql "$dsn" -c CHECKPOINT
  before=$(server_ticks)
  "$build/bench_measure" "$scratch/taken" "$@" >"$scratch/out" 2>"$scratch/log" || fail "$name failed"
  read -r client wall memory <"$scratch/taken"
  server=$(awk "BEGIN { print ($(server_ticks) - $before) / $ticks }")
  both=$(awk "BEGIN { print $client + $server }")
  printf '%-26s %10.2f %10.2f %10.2f %10.2f %10.1f\n' "$name" "$client" "$server" "$both" "$wall" \
    "$(awk "BEGIN { print $memory / 1024 }")"
}
heading() { printf '\n%-26s %10s %10s %10s %10s %10s\n' "$1" client server both wall "RSS MiB"; }

# ── a day of accounts ───────────────────────────────────────────────────────────────────────────────
late() { # more runs of every twentieth account on the last day
  zcat "$1"/data/app/transfers-2026-11.csv.gz |
    awk -F, 'NR == 1 || ($1 == "2026-11-22" && $2 ~ /[02468]0$/)' | gzip >"$1/data/app/transfers-late.csv.gz"
}
accounts() { # how many
  local config=$scratch/$1 run=("$kenko" -C "$scratch/$1" score --as-of 2026-11-23)
  database "accounts_$1"
  forty_write "$source" "$config"
  printf 'warehouse: {dsn: "%s"}\n' "$dsn" >>"$config/kenko.yaml"
  "$build/world" --out "$config/data" --accounts "$1" --months "$months" >"$scratch/log" || fail "no world"
  { "$kenko" -C "$config" migrate && "$kenko" -C "$config" ingest; } >"$scratch/log" 2>&1 || fail "no data"
  heading "$1 accounts"
  measure "the server reads usage" psql -X -q "$dsn" -o /dev/null \
    -c 'COPY (SELECT party_id, month, spans FROM warehouse.usage_month) TO STDOUT (FORMAT binary)'
  measure "first run" "${run[@]}" && first=$both
  grep -q 'days scored' "$scratch/out" || fail "nothing was scored"
  curve+=("$1 $both $memory")
  measure "unchanged" "${run[@]}" && unchanged=$both
  late "$config"
  "$kenko" -C "$config" ingest >"$scratch/log" 2>&1 || fail "no change"
  measure "some changed" "${run[@]}" && changed=$both
  stored=$(grep -oE '[0-9,]+ results stored' "$scratch/out" | tr -dc 0-9)
  sql "$dsn" -c 'CREATE TABLE public.copied (LIKE score.account_score INCLUDING ALL)'
  measure "the server copies results" psql -X -q "$dsn" \
    -c 'INSERT INTO public.copied SELECT s.* FROM score.account_score AS s'
  awk -v f="$first" -v u="$unchanged" -v c="$changed" -v n="$stored" -v size="$1" 'BEGIN {
    printf "unchanged / first %.3f, changed / first %.3f with %d results that differ, %.0f µs for each account\n",
      u / f, c / f, n, f / size * 1e6 }'
}

# ── window counts over events ───────────────────────────────────────────────────────────────────────
names=(job.started job.finished job.failed definition.created definition.saved connector.added
  user.signed_in user.invited)
windows() {
  local config=$scratch/windows name first=2026-09-21 last=2026-12-28
  database windows
  mkdir -p "$config/scorecards"
  # Of as many accounts as fight-churn's simulator makes of so many events.
  "$build/bench_generate" "$events" year csv |
    awk -F, -v OFS=, 'NR > 1 { $2 = sprintf("acc-%05d", substr($2, 5) % 3662) } { print }' >"$scratch/events.csv"
  awk -F, 'BEGIN { print "id,party,start_on,arr" } NR > 1 && !seen[$2]++ { print $2 "," $2 ",2020-01-01,1200" }' \
    "$scratch/events.csv" >"$scratch/contracts.csv"
  {
    printf 'organisation: Bench\ntime_zone: UTC\ncurrency: USD\nlanguage: en\n'
    printf 'churn: {definition: contract_end, gap_days: 7}\nscore: {scorecard: windows, band_days: 1}\n'
    printf 'warehouse: {dsn: "%s"}\nsources:\n  - name: app\n    type: file\n    streams:\n' "$dsn"
    printf '      - {stream: account, path: %s, on_change: append, ' "$scratch/contracts.csv"
    printf 'fields: {party: party, name: party}}\n'
    printf '      - {stream: subscription, path: %s, on_change: append, ' "$scratch/contracts.csv"
    printf 'fields: {external_id: id, party: party, start_on: start_on, arr: arr}, constants: {currency: USD}}\n'
    printf '      - stream: usage_event\n        path: %s\n        on_change: append\n' "$scratch/events.csv"
    printf '        fields: {party: account, at: ts}\n        values:\n'
    for name in "${names[@]}"; do
      printf '          - {metric: "%s", when: {field: event, equals: "%s"}}\n' "$name" "$name"
    done
  } >"$config/kenko.yaml"
  {
    printf 'usage:\n'
    printf '  - {name: "%s", unit: events, combine: sum, decimals: 0}\n' "${names[@]}"
    printf 'metrics:\n'
    for name in "${names[@]}"; do
      printf '  - {name: "%s_28d", label: "%s", unit: events, direction: up, sentence: "{value}", kind: sum, ' \
        "$name" "$name"
      printf 'usage: "%s", days: 28}\n' "$name"
    done
  } >"$config/metrics.yaml"
  {
    printf 'name: windows\nlabel: Windows\nbands: [{name: Red, below: 50}, {name: Green}]\n'
    printf 'groups:\n  - name: all\n    label: All\n    weight: 1\n    measures:\n'
    printf '      - {name: one, label: One, metric: "%s_28d", weight: 1, ' "${names[0]}"
    printf 'anchors: [{at: 0, score: 0}, {at: 9, score: 100}]}\n'
  } >"$config/scorecards/windows.yaml"
  { "$kenko" -C "$config" migrate && "$kenko" -C "$config" ingest; } >"$scratch/log" 2>&1 || fail "no events"
  sql "$dsn" -c 'CREATE TABLE public.event (account text, kind text, at timestamptz)' \
    -c "\\copy public.event FROM PROGRAM 'cut -d, -f2,4,5 $scratch/events.csv' (FORMAT csv, HEADER)" \
    -c 'CREATE INDEX ON public.event (at)' -c 'ANALYZE public.event'
  heading "$events events, 15 days"
  measure "window counts" "$kenko" -C "$config" score --no-publish --from "$first" --to "$last" --every week
  ours=$both
  grep -qE '^15 days scored.* [1-9][0-9]* accounts' "$scratch/out" || fail "15 days of accounts were wanted"
  measure "the query" psql -X -q "$dsn" -o /dev/null -c "SELECT e.account, d.day, e.kind, count(*)
    FROM generate_series(date '$first', date '$last', interval '7 days') AS d(day)
    JOIN public.event AS e ON e.at >= d.day - interval '28 days' AND e.at < d.day GROUP BY 1, 2, 3"
  awk -v a="$ours" -v b="$both" 'BEGIN { printf "ours / the query %.3f\n", a / b }'
}

curve=()
for size in $sizes; do accounts "$size"; done
windows
if [ "$smoke" = yes ]; then
  echo "2 passed, 0 failed"
  exit 0
fi
echo
printf '%-10s %16s %16s\n' accounts "µs an account" "bytes an account"
for point in "${curve[@]}"; do
  awk '{ printf "%-10d %16.0f %16.0f\n", $1, $2 / $1 * 1e6, $3 * 1024 / $1 }' <<<"$point"
done
