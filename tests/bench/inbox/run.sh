#!/usr/bin/env bash
# How many events a second are durable before they are acknowledged, and what one costs.
#
#   run.sh [--seconds N] [--smoke]
#
# kenko serve with its private PostgreSQL, the client and both on this machine. Beside it: the same
# rows by psql \copy in one transaction, which checks and acknowledges nothing; then the job that makes
# facts of them. --smoke takes a second a line and checks only that the bench works.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../../.." && pwd)
build=${KENKO_BUILD:-$source/build/release}
kenko=${KENKO_BIN:-$build/kenko}
seconds=10 smoke=no
while [ $# -gt 0 ]; do
  case $1 in
  --seconds) seconds=$2 && shift ;;
  --smoke) smoke=yes seconds=1 ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" && exit 2 ;;
  esac
  shift
done
# shellcheck source=tests/support/bench.sh
. "$source/tests/support/bench.sh"
server=
at_end() { [ -z "$server" ] || kill "$server"; }

mkdir "$scratch/config"
printf 'organisation: Bench\ntime_zone: UTC\ncurrency: USD\nlanguage: en\n' >"$scratch/config/kenko.yaml"
export KENKO_CONFIG=$scratch/config
dsn=$("$kenko" cluster start) || fail "the private PostgreSQL does not start"
"$kenko" migrate >"$scratch/log" 2>&1 || fail "no schema"
key=$("$kenko" key create --role ingest --owner bench 2>"$scratch/log" | grep -oE 'knk_[A-Za-z0-9_]+') ||
  fail "no key"
"$kenko" serve --quiet --listen 127.0.0.1:0 --admin 127.0.0.1:0 2>"$scratch/log" &
server=$!
for _ in $(seq 100); do
  port=$(grep -oE 'event=serving.* port=[0-9]+' "$scratch/log" | grep -oE '[0-9]+$') && break
  sleep 0.1
done
[ -n "${port:-}" ] || fail "the server does not start"
sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$dsn" "$@"; }
postmaster=$(head -1 "$(sql -c 'SHOW data_directory')/postmaster.pid")

printf '%-44s %9s %9s %8s %8s %7s %10s %10s\n' 'durable events' 'events/s' 'answers/s' 'p50 ms' 'p99 ms' \
  'failed' 'server µs' 'PG µs'
post() { # connections, events a batch
  local line
  line=$("$build/bench_post" "$port" "$key" "$1" "$2" "$seconds" "$server" "+$postmaster") ||
    fail "nothing was acknowledged"
  # shellcheck disable=SC2086
  printf '%-44s %9s %9s %8s %8s %7s %10s %10s\n' "$1 connections, batches of $2" $line
}
post 1 500
post 4 500
post 16 500
rows=$(sql -c 'SELECT count(*) FROM ops.inbox')
columns='key_id, received_at, sent_at, kind, message_id, user_hash, anonymous_hash, body'
sql -c "\\copy (SELECT $columns FROM ops.inbox ORDER BY seq) TO '$scratch/rows'" || fail "no rows"
sql -c 'TRUNCATE ops.inbox'
began=$(date +%s%N)
sql -c "\\copy ops.inbox ($columns) FROM '$scratch/rows'" || fail "no copy"
took=$((($(date +%s%N) - began) / 1000))
printf '%-44s %9s\n' 'the same rows by psql \copy, at once' "$((rows * 1000000 / took))"
{
  printf 'organisation: Bench\ntime_zone: UTC\ncurrency: USD\nlanguage: en\nsources:\n'
  printf '  - name: web\n    type: inbox\n    key: %s\n    streams:\n' "${key:4:8}"
  printf '      - {stream: usage_event, kinds: [track], id: messageId,\n'
  printf '         fields: {party: /properties/account, at: timestamp, subject: userId},\n'
  printf '         values: [{metric: runs}, {metric: rows, field: /properties/rows}]}\n'
} >"$scratch/config/kenko.yaml"
printf 'usage:\n  - {name: runs}\n  - {name: rows}\n' >"$scratch/config/metrics.yaml"
began=$(date +%s%N)
"$kenko" ingest --quiet --source web >"$scratch/counts" 2>"$scratch/log" || fail "the job failed"
took=$((($(date +%s%N) - began) / 1000))
printf '%-44s %9s\n' 'the job, ids looked up and kept' "$((rows * 1000000 / took))"
loaded=$(awk '$1 == "loaded" { gsub(",", ""); print $2 }' "$scratch/counts")
[ "$loaded" = "$(sql -c 'SELECT count(DISTINCT message_id) FROM ops.inbox')" ] ||
  fail "$loaded loaded of $rows events"
post 64 1
commits=$(sql -c 'SELECT count(DISTINCT xmin::text) FROM ops.inbox WHERE seq > (SELECT max(seq) - 1000 FROM ops.inbox)')
echo "of the last 1,000 events one by one, $commits transactions"
[ "$smoke" = no ] || [ "$rows" -gt 0 ]
