#!/usr/bin/env bash
# The schedule in the foreground: real jobs on a small configuration, started, repeated, interrupted,
# tried again, and as process 1.
. "$(dirname "$0")/../support/script.sh"
runner=
at_end() { [ -n "$runner" ] && kill -KILL "$runner" 2>/dev/null; }
dir="$scratch/config" log="$scratch/seen"
mkdir -p "$dir/data"
printf 'usage:\n  - {name: runs, combine: sum}\nmetrics:\n  - {name: runs_7d, kind: sum, usage: runs, days: 7}\n' >"$dir/metrics.yaml"
printf 'account,day,runs\na,2026-05-01,5\n' >"$dir/data/a.csv"

# configure "schedule's lines" "other sections"
configure() {
  {
    printf 'organisation: Test\ntime_zone: Asia/Tokyo\nsources:\n  - name: app\n    streams:\n'
    printf '      - {stream: usage_metric, path: data/a.csv, on_change: append, fields: {party: account, at: day}, values: [{metric: runs, field: runs}]}\n'
    printf '%s\nschedule:\n%s\n' "${2:-}" "$1"
  } >"$dir/new.yaml"
  mv "$dir/new.yaml" "$dir/kenko.yaml"
}
exits() { # CODE 'text' COMMAND…: does it end so, and say so?
  local code=$1 want=$2 status
  shift 2
  timeout 120 "$@" >"$log" 2>&1
  status=$?
  [ "$status" = "$code" ] && { [ -z "$want" ] || grep -qF -- "$want" "$log"; }
}
logged() { # TEXT [N]: comes within half a minute, N times
  local i
  for i in $(seq 300); do
    [ "$(grep -cE -- "$1" "$log")" -ge "${2:-1}" ] && return 0
    sleep 0.1
  done
  return 1
}
value() { "$kenko" -C "$dir" runs --json --limit 1000 | jq -r "$1"; }
begin() {
  : >"$log"
  "$@" "$kenko" -C "$dir" run >>"$log" 2>&1 &
  runner=$!
}
ends() { # CODE: within a minute
  local i status
  for i in $(seq 600); do
    kill -0 "$runner" 2>/dev/null || break
    sleep 0.1
  done
  kill -0 "$runner" 2>/dev/null && return 1
  wait "$runner"
  status=$?
  runner=
  [ "$status" = "$1" ]
}
child_of() { ps -o pid= --ppid "$1" | tr -d ' ' | head -1; }
stopped_child() { # the runner's child that stopped itself at an injection point
  local i pid
  for i in $(seq 300); do
    pid=$(child_of "$runner")
    [ -n "$pid" ] && grep -q '^State:.T' "/proc/$pid/status" 2>/dev/null && echo "$pid" && return 0
    sleep 0.1
  done
  return 1
}

configure ''
sed -i '/^schedule:/d' "$dir/kenko.yaml"
holds "no schedule is said" exits 2 "kenko.yaml has no schedule" "$kenko" -C "$dir" run --once
configure '  - {job: ingest, every: 1h}
  - {job: compcat, at: "03:00"}'
holds "a job that is none is named with its place" exits 2 \
  "kenko.yaml:10:5: schedule: job: 'compcat' is no job, did you mean 'compact'?" "$kenko" -C "$dir" run
configure '  - {job: serve, every: 1h}'
holds "the server is no job" exits 2 "'serve' is no job" "$kenko" -C "$dir" run

jobs='  - {job: ingest, every: 1h}
  - {job: compact, at: "00:00"}
  - {job: check, at: "00:00"}
  - {job: score, at: "00:00"}'
configure "$jobs"
list() { "$kenko" -C "$dir" run --list --json >"$log" 2>&1 && jq -e "$1" "$log" >/dev/null; }
holds "the list tells what is due" list 'length == 4 and all(.due) and .[0].last == null and .[3].when == "daily 00:00"'
holds "… and when it runs next, in the business zone" list '.[1].next | test("T00:00:00\\+09:00$")'
holds "… as a table too" exits 0 "daily 00:00            never" "$kenko" -C "$dir" run --list
holds "once runs what is due, in order, and says what failed" exits 2 \
  "1 of 4 jobs failed; score ended with exit code 2 (config)" "$kenko" -C "$dir" run --once
holds "one line each for start and end" test "$(grep -cE 'event=run_(start|end)' "$log")" = 8
in_order() { grep -oE 'event=run_(start|end) job=[a-z]+' "$log" | awk '
  { split($2, w, "="); if ($1 ~ /start/) { if (open != "") exit 1; open = w[2]; order = order w[2] " " } else open = "" }
  END { exit order != "ingest compact check score " }'; }
holds "… and none begins before those above it have ended" in_order
holds "each run is kept once" test "$(value '[.[].job] | sort | join(" ")')" = "check compact ingest score"
holds "… with its end" test "$(value '.[] | select(.job == "score") | .state')" = failed
holds "nothing is due twice" exits 0 "" "$kenko" -C "$dir" run --once
holds "… so nothing ran" test ! -s "$log"
holds "… which the list shows" list 'all(.due | not) and .[0].last.state == "done" and .[3].last.state == "failed"'

configure '  - {job: ingest, every: 1s}'
begin env
holds "a job runs at each of its slots" logged 'event=run_end job=ingest state=done' 2
configure '  - {job: ingest, every: 1s}
  - {job: compact, every: 1s}'
holds "a changed configuration is read" logged 'event=config_read jobs=2'
holds "… and its jobs run" logged 'event=run_end job=compact state=done'
configure '  - {job: ingest, evry: 1s}'
holds "a wrong one is refused with its place" logged "event=config_kept error=\"kenko.yaml:9:19: unknown key 'evry'"
before=$(grep -c 'run_end job=ingest' "$log")
holds "… and the one before goes on" logged 'event=run_end job=ingest state=done' $((before + 2))
configure '  - {job: compact, every: 1s}'
kill -HUP "$runner"
holds "a hangup reads it at once" logged 'event=config_read jobs=1'
kill -TERM "$runner"
holds "SIGTERM ends it with the code for it" ends 11
alternate() { grep -oE 'event=run_(start|end) job=[a-z]+' "$log" | awk '
  { if ($1 ~ /start/) { if (++open[$2] > 1) bad = 1 } else open[$2]-- }
  END { for (j in open) if (open[j] != 0) bad = 1; exit bad }'; }
holds "no job ran beside itself, and all ended" alternate

# Slots of a second that passed are made up for by one run.
sleep 3
configure '  - {job: ingest, every: 1s}'
holds "what was missed runs once" exits 0 "event=run_start job=ingest" "$kenko" -C "$dir" run --once
holds "… not once for each slot" test "$(grep -c 'event=run_start' "$log")" -le 2
configure '  - {job: check, every: 24h}'
"$kenko" -C "$dir" check >/dev/null 2>&1
holds "a run of today counts" exits 0 "" "$kenko" -C "$dir" run --once
configure '  - {job: compact, every: 24h}'
"$kenko" -C "$dir" compact >/dev/null 2>&1
holds "a run by hand counts" exits 0 "" "$kenko" -C "$dir" run --once
holds "… nothing was started for it" test ! -s "$log"

if ! grep -qa KENKO_FAULT "$kenko"; then
  echo "skipped: interrupting jobs: built without KENKO_FAULTS"
else
  printf 'account,day,runs\na,2026-05-01,5\nb,2026-05-02,7\n' >"$dir/data/a.csv"
  configure '  - {job: ingest, every: 1s}'
  begin env KENKO_FAULT=before_commit:1:stop
  pid=$(stopped_child)
  holds "a job is under way" test -n "$pid"
  kill -TERM "$runner"
  holds "a stop waits for it" logged 'event=stopping running=1'
  kill -CONT "$pid"
  holds "… until its batch is finished" ends 11
  holds "… and committed" grep -q 'event=run_end job=ingest state=interrupted' "$log"
  holds "… which is kept as interrupted" test "$(value '[.[] | select(.job == "ingest")][0].state')" = interrupted

  # The warehouse goes away under a job: it is tried again, with the warehouse back. The runner has no
  # cluster of its own here, so it cannot start one.
  printf 'account,day,runs\na,2026-05-01,5\nb,2026-05-02,7\nc,2026-05-03,7\n' >"$dir/data/a.csv"
  "$kenko" cluster start >"$dir/dsn"
  configure '  - {job: ingest --batch-kib 16, every: 24h, pause: 2s}' 'warehouse: {dsn: "file:dsn"}'
  begin env KENKO_FAULT=before_commit:1:stop
  pid=$(stopped_child)
  "$kenko" cluster stop
  kill -CONT "$pid"
  holds "a job that finds it away is to be tried again" logged 'event=run_end job="ingest --batch-kib 16" state=failed exit="exit code 7 .unavailable.".* again='
  holds "… and its absence is said" logged 'event=warehouse_away'
  "$kenko" cluster start >/dev/null
  pid=$(stopped_child)
  kill -CONT "$pid"
  holds "it is tried again" logged 'event=run_start job="ingest --batch-kib 16" .*try=2'
  holds "… and comes through" logged 'event=run_end job="ingest --batch-kib 16" state=done'
  kill -TERM "$runner"
  holds "… once" ends 11
  holds "… with what it was to load" test "$("$kenko" -C "$dir" load list --json | jq '[.[].loaded] | add')" = 3
fi

port=$((20000 + RANDOM % 20000))
configure '  - {serve: true}
  - {job: check, every: 24h}' "api: {listen: \"127.0.0.1:$port\", admin: \"127.0.0.1:$((port + 1))\"}"
answers() {
  local i
  for i in $(seq 100); do
    curl -fs "http://127.0.0.1:$((port + 1))/live" >/dev/null && return 0
    sleep 0.1
  done
  return 1
}
begin env
holds "the server is started" answers
holds "… once" test "$(grep -c 'event=serving' "$log")$(grep -c 'cannot listen' "$log")" = 10
server=$(grep -oE 'event=server_start pid=[0-9]+' "$log" | grep -oE '[0-9]+$')
kill -KILL "$server"
holds "… and again when it dies" logged 'event=server_start' 2
holds "… and answers" answers
sed -i 's/24h/23h/' "$dir/kenko.yaml"
holds "a changed configuration gives a fresh server" logged 'event=server_start' 3
kill -TERM "$runner"
holds "it ends with the runner" ends 11
holds "… and no longer answers" test -z "$(curl -s "http://127.0.0.1:$((port + 1))/live")"

if [ "$(id -u)" != 0 ] || ! unshare -pf --mount-proc true 2>/dev/null; then
  echo "skipped: as process 1: unshare is not allowed here"
else
  "$kenko" cluster stop >/dev/null 2>&1
  configure '  - {job: ingest, every: 1s}'
  begin unshare -pf --mount-proc --
  holds "as process 1 it runs jobs" logged 'event=run_end job=ingest state=done'
  first=$(child_of "$runner")
  nsenter -t "$first" -p -m sh -c '(sleep 0.2 &)'
  sleep 1
  # What has just ended may be seen before it is reaped; what is left would be seen for ever.
  reaped() {
    local i
    for i in $(seq 50); do
      ps -o stat= --ppid "$first" | grep -q '^Z' || return 0
      sleep 0.1
    done
    return 1
  }
  holds "… and reaps what others leave" reaped
  kill -TERM "$first"
  holds "… and ends on SIGTERM" ends 11
  holds "… and its cluster in order" grep -q 'database system is shut down' "$KENKO_HOME/postgresql/server.log"
fi

finish
