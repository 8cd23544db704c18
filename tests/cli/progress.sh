#!/usr/bin/env bash
# Long work says on a terminal how far it is, and nowhere else; what is left on the screen is what it
# printed.
. "$(dirname "$0")/../support/script.sh"
export TERM=xterm
unset NO_COLOR
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

# seen COMMAND…: what comes to a terminal of 70 columns, and the exit status
seen() { script -qec "stty cols 70; $(printf '%q ' "$kenko" -C "$dir" "$@")" /dev/null </dev/null >"$scratch/seen"; }
has() { grep -aqE "$1" "$scratch/seen"; }
no() { ! grep -aq "$1" "$scratch/seen"; }
# What a terminal would still show: a line that was taken away is gone.
screen() { sed 's/.*\x1b\[K//; s/\r//g' "$scratch/seen"; }
shows() { screen | grep -aqE "$1"; }
hides() { ! screen | grep -aqE "$1"; }
fits() { ! tr '\r' '\n' <"$scratch/seen" | sed 's/\x1b\[K//g' | grep -a '^\(reading\|scoring\)' | grep -aqE '.{70}'; }

holds "ingest ends well" seen ingest
holds "bytes of all files are counted" has 'reading  [0-9]+%  [0-9.]+ k?B of [0-9.]+ kB'
holds "nothing of it is left" hides 'reading|matching'
holds "the log and the counters are" shows 'event=job_end job=ingest'
holds "… both" shows '^loaded +60,500'
holds "no line is longer than the terminal" fits
holds "a day that is scored ends well" seen score --from 2026-03-01 --to 2026-05-01 --every day
holds "days are counted" has 'scoring  [0-9]+%  [0-9]+ of 6[0-9] days'
holds "nothing is left of it either" hides 'scoring|reading'
holds "compaction ends well" seen compact
holds "--quiet is" seen score --as-of 2026-05-01 -q
holds "… quiet" no scoring
holds "--json ends well" seen score --as-of 2026-05-01 --json
holds "… and is not disturbed" no scoring
NO_COLOR=1 holds "NO_COLOR is heard" seen score --as-of 2026-05-01
holds "… with no escapes" no $'\x1b'
TERM=dumb holds "a dumb terminal is left alone" seen score --as-of 2026-05-01
holds "… with no escapes either" no $'\x1b'
mv "$dir/scorecards/default.yaml" "$dir/scorecards/gone.yaml"
holds "a failure" eval '! seen ingest --source nobody'
holds "… stands on a line of its own" shows '^kenko: error: kenko.yaml has no source nobody'
"$kenko" -C "$dir" ingest >"$scratch/seen" 2>&1
holds "what is no terminal gets no escapes" no $'\x1b'

finish
