#!/usr/bin/env bash
# What answers of the API cost its server, beside what the same machine does for less.
#
#   run.sh [--accounts N] [--seconds N] [--smoke]
#
# In one run: a bare epoll server and nginx give a fixed kilobyte; kenko gives one score, a list of 100,
# a history from the warehouse; pgbench runs that history's transaction. CPU microseconds a request of the
# servers (kenko or pgbench, and PostgreSQL), answers a second, the median and 99th percentile. Then a
# snapshot of all accounts is loaded. --smoke checks only that the bench works.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../../.." && pwd)
build=${KENKO_BUILD:-$source/build/release}
kenko=${KENKO_BIN:-$build/kenko}
accounts=1000000 seconds=5
while [ $# -gt 0 ]; do
  case $1 in
  --accounts) accounts=$2 && shift ;;
  --seconds) seconds=$2 && shift ;;
  --smoke) accounts=200 seconds=0.2 ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0" && exit 2 ;;
  esac
  shift
done
# shellcheck source=tests/support/bench.sh
. "$source/tests/support/bench.sh"
started=()
at_end() { [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null; }

mkdir "$scratch/config"
printf 'organisation: Bench\ntime_zone: UTC\ncurrency: USD\nlanguage: en\napi: {rate: 100000, burst: 1000000}\n' \
  >"$scratch/config/kenko.yaml"
export KENKO_CONFIG=$scratch/config
dsn=$("$kenko" cluster start) || fail "the private PostgreSQL does not start"
"$kenko" migrate >"$scratch/log" 2>&1 || fail "no schema"
psql -X -q -v ON_ERROR_STOP=1 -v accounts="$accounts" "$dsn" -f "$here/accounts.sql" >"$scratch/log" 2>&1 ||
  fail "no accounts"
key=$("$kenko" key create --role lead --owner bench 2>"$scratch/log" | grep -oE 'knk_[A-Za-z0-9_]+') || fail "no key"
"$kenko" serve --quiet --listen 127.0.0.1:0 --admin 127.0.0.1:0 2>"$scratch/log" &
server=$! && started+=("$server")
for _ in $(seq 1200); do
  port=$(grep -oE 'event=serving.* port=[0-9]+' "$scratch/log" | grep -oE '[0-9]+$') && break
  sleep 0.1
done
[ -n "${port:-}" ] || fail "the server does not start"
header="Authorization: Bearer $key"$'\r\n'
postmaster=$(head -1 "$KENKO_HOME/postgresql/postmaster.pid")
free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }

printf '%-34s %9s %8s %8s %6s %10s %8s\n' "$accounts accounts" 'answers/s' 'p50 ms' 'p99 ms' 'failed' 'server µs' 'PG µs'
ask() { # name, port, connections, target, header, pid …; sets cost
  local name=$1 line
  line=$("$build/bench_load" "$2" "$3" "$seconds" "$4" "$accounts" "$5" "${@:6}") || fail "$name did not answer"
  # shellcheck disable=SC2086
  printf '%-34s %9s %8s %8s %6s %10s %8s\n' "$name" $line
  cost=$(echo "$line" | awk '{ print $5 + $6 }')
}
bare_port=$(free_port)
"$build/bench_bare" "$bare_port" &
bare=$! && started+=("$bare")
sleep 0.2
ask "bare epoll server, 1 kB" "$bare_port" 16 / "" "$bare" && bare_cost=$cost
nginx_cost=
if command -v nginx >/dev/null; then
  mkdir "$scratch/www" && head -c 1024 /dev/zero | tr '\0' x >"$scratch/www/kilobyte" && chmod -R a+rX "$scratch"
  nginx_port=$(free_port)
  cat >"$scratch/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $scratch/nginx.pid; error_log stderr;
events { worker_connections 512; }
http { access_log off; keepalive_requests 1000000000; sendfile on; open_file_cache max=10;
  server { listen 127.0.0.1:$nginx_port; root $scratch/www; } }
CONF
  nginx -c "$scratch/nginx.conf" 2>"$scratch/nginx.log" &
  started+=("$!")
  sleep 0.5
  ask "nginx, file of 1 kB" "$nginx_port" 16 /kilobyte "" "+$(cat "$scratch/nginx.pid")" && nginx_cost=$cost
fi
ask "kenko, one score from memory" "$port" 16 /api/v1/accounts/acc-%d "$header" "$server" && score=$cost
ask "kenko, list of 100 from memory" "$port" 16 '/api/v1/accounts?limit=100' "$header" "$server" && list=$cost
ask "kenko, history from the warehouse" "$port" 2 /api/v1/accounts/acc-%d/history "$header" "$server" "+$postmaster" &&
  history=$cost

# The transaction of that history: as the API's statements have it.
{
  printf '\\set id random(1, %s)\nBEGIN;\n' "$accounts"
  sed '/^--/d' "$source/sql/api/wall_raise.sql" | sed "s/\$1/'kenko_all'/; s/\$2/''/"
  sed '/^--/d' "$source/sql/api/history_scores.sql" |
    sed "s/\$1/:id/; s/\$2/'2026-08-26'/; s/\$3/'2026-11-24'/; s/\$4/400/"
  printf 'COMMIT;\n'
} >"$scratch/history.sql"
before=$(server_ticks)
TIMEFORMAT='%U %S'
{ time pgbench -n -M prepared -c 2 -T "$(awk "BEGIN { print $seconds < 1 ? 1 : $seconds }")" -f "$scratch/history.sql" "$dsn" \
  >"$scratch/pgbench" 2>"$scratch/log"; } 2>"$scratch/time" || fail "pgbench failed"
done_=$(awk '/actually processed/ { sub(/\/.*/, "", $6); print $6 }' "$scratch/pgbench")
read -r user system <"$scratch/time"
pgbench_us=$(awk "BEGIN { print ($user + $system) * 1e6 / $done_ }")
pg_us=$(awk "BEGIN { print ($(server_ticks) - $before) / $ticks * 1e6 / $done_ }")
printf '%-34s %9s %8s %8s %6s %10.1f %8.1f\n' "pgbench, that transaction" "$(awk '/^tps/ { printf "%.0f", $3 }' "$scratch/pgbench")" \
  "" "" "" "$pgbench_us" "$pg_us"

awk -v s="$score" -v b="$bare_cost" -v n="${nginx_cost:-0}" -v l="$list" -v h="$history" -v p="$pgbench_us" -v q="$pg_us" 'BEGIN {
  printf "\none score / bare epoll %.2f", s / b
  if (n > 0) printf ", / nginx %.2f", s / n
  printf "\nhistory with PostgreSQL / pgbench with it %.2f\nlists of 100 a second of one core %.0f\n", h / (p + q), 1e6 / (l > 0 ? l : 1) }'

# ── a snapshot ──────────────────────────────────────────────────────────────────────────────────────
before=$(server_ticks)
line=$("$build/bench_snapshot" "$dsn") || fail "no snapshot"
echo "$line" | awk -v pg="$(awk "BEGIN { print ($(server_ticks) - $before) / $ticks / 2 }")" '{
  printf "\nsnapshot of %d accounts: %.2f s, then %.2f s; CPU %.2f s, PostgreSQL %.2f s\n", $1, $2, $6, $3, pg
  printf "bytes an account: %d by RSS, %d counted; swap %d µs\n", $4, $5, $7 }'
