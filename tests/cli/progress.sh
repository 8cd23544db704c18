#!/usr/bin/env bash
# Long work says on a terminal how far it is, and nowhere else; what is left on the screen is what it
# printed.
set -uo pipefail
kenko=$KENKO_BIN scratch=$(mktemp -d) failed=0 passed=0
chmod 755 "$scratch"
export KENKO_HOME="$scratch/home" TERM=xterm
unset NO_COLOR
trap '"$kenko" cluster stop >/dev/null 2>&1; rm -rf "$scratch"' EXIT
dir="$scratch/conf"
mkdir -p "$dir/data" "$dir/scorecards"
cat >"$dir/kenko.yaml" <<'Y'
organisation: Test
time_zone: UTC
churn: {definition: inactivity, inactive_days: 180, metric: runs}
sources:
  - name: app
    streams:
      - {stream: account, path: data/accounts.csv, fields: {party: id, created_on: made}}
      - {stream: usage_metric, path: data/usage.csv.gz, fields: {party: id, at: day}, values: [{metric: runs, field: runs}]}
Y
cat >"$dir/metrics.yaml" <<'Y'
usage: [{name: runs, combine: sum}]
metrics: [{name: runs_7d, kind: sum, usage: runs, days: 7}]
Y
cat >"$dir/scorecards/default.yaml" <<'Y'
name: default
label: Health
bands: [{name: Red, below: 50}, {name: Green}]
groups:
  - name: usage
    weight: 1
    measures: [{name: runs, metric: runs_7d, weight: 1, anchors: [{at: 0, score: 0}, {at: 10, score: 100}]}]
Y
awk 'BEGIN { print "id,made"; for (i = 0; i < 500; i++) printf "a%d,2026-01-01\n", i }' >"$dir/data/accounts.csv"
awk 'BEGIN { print "id,day,runs"; for (i = 0; i < 60000; i++) printf "a%d,2026-%02d-%02d,3\n", i % 500, 2 + i / 500 % 4, 1 + i / 2000 % 28 }' |
  gzip >"$dir/data/usage.csv.gz"

check() {
  local name=$1
  shift
  if "$@"; then
    echo "ok: $name"
    passed=$((passed + 1))
  else
    echo "not ok: $name: $(tail -c 600 "$scratch/screen" | cat -v)"
    failed=$((failed + 1))
  fi
}
# seen COMMAND…: what comes to a terminal of 70 columns, and the exit status
seen() { script -qec "stty cols 70; $(printf '%q ' "$kenko" -C "$dir" "$@")" /dev/null </dev/null >"$scratch/screen"; }
has() { grep -aqE "$1" "$scratch/screen"; }
no() { ! grep -aq "$1" "$scratch/screen"; }
# What a terminal would still show: a line that was taken away is gone.
screen() { sed 's/.*\x1b\[K//; s/\r//g' "$scratch/screen"; }
shows() { screen | grep -aqE "$1"; }
hides() { ! screen | grep -aqE "$1"; }
fits() { ! tr '\r' '\n' <"$scratch/screen" | sed 's/\x1b\[K//g' | grep -a '^\(reading\|scoring\)' | grep -aqE '.{70}'; }

check "ingest ends well" seen ingest
check "bytes of all files are counted" has 'reading  [0-9]+%  [0-9.]+ k?B of [0-9.]+ kB'
check "nothing of it is left" hides 'reading|matching'
check "the log and the counters are" shows 'event=job_end job=ingest'
check "… both" shows '^loaded +60,500'
check "no line is longer than the terminal" fits
check "a day that is scored ends well" seen score --from 2026-03-01 --to 2026-05-01 --every day
check "days are counted" has 'scoring  [0-9]+%  [0-9]+ of 6[0-9] days'
check "nothing is left of it either" hides 'scoring|reading'
check "compaction ends well" seen compact
check "--quiet is" seen score --as-of 2026-05-01 -q
check "… quiet" no scoring
check "--json ends well" seen score --as-of 2026-05-01 --json
check "… and is not disturbed" no scoring
NO_COLOR=1 check "NO_COLOR is heard" seen score --as-of 2026-05-01
check "… with no escapes" no $'\x1b'
TERM=dumb check "a dumb terminal is left alone" seen score --as-of 2026-05-01
check "… with no escapes either" no $'\x1b'
mv "$dir/scorecards/default.yaml" "$dir/scorecards/gone.yaml"
check "a failure" eval '! seen ingest --source nobody'
check "… stands on a line of its own" shows '^kenko: error: kenko.yaml has no source nobody'
"$kenko" -C "$dir" ingest >"$scratch/screen" 2>&1
check "what is no terminal gets no escapes" no $'\x1b'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
