#!/usr/bin/env bash
# People who sign in, on the command line: passwords never in an argument, and what ends a session.
. "$(dirname "$0")/../support/script.sh"
server=
at_end() { [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; }
dir="$scratch/config"
mkdir -p "$dir"
printf 'organisation: Test\ntime_zone: UTC\n' >"$dir/kenko.yaml"
printf 'metrics: []\nusage: []\n' >"$dir/metrics.yaml"
cli() { "$kenko" -C "$dir" "$@"; }
from() { local said=$1; shift; printf '%s\n' "$said" | cli "$@"; }
good='a quiet evening at 7'

cli=("$kenko" -C "$dir")
with() { printf '%s\n' "$1" >"$scratch/$2" && echo "$scratch/$2"; }
right=$(with "$good" right)
answers "a short password is refused" 3 'want 12 to 128' "${cli[@]}" user add m.rossi --password-file "$(with short short)"
answers "and one around the name" 3 'little more than the name' "${cli[@]}" user add m.rossi --password-file "$(with 'M.Rossi 2026!' around)"
answers "nothing on standard input is no password" 3 'no password in its first line' "${cli[@]}" user add m.rossi </dev/null
answers "a csm needs a person" 2 'needs the address' "${cli[@]}" user add m.rossi --role csm --password-file "$right"
answers "programs have keys" 2 "none of a person's" "${cli[@]}" user add m.rossi --role ingest --password-file "$right"
answers "a name is plain" 2 'want a name' "${cli[@]}" user add 'm rossi' --password-file "$right"
holds "a person is added from standard input" from "$good" user add -q M.Rossi --role lead
answers "once" 5 'is taken' "${cli[@]}" user add m.rossi --password-file "$right"
holds "from a file too" cli user add -q second --role auditor --password-file "$right"
holds "or without a password" cli user add -q third --no-password
answers "all are listed" 0 '(by the proxy only)' "${cli[@]}" user list
holds "no list has a password" test "$(cli user list --json | grep -c 'argon2')" = 0

port=$((20000 + RANDOM % 20000))
printf 'organisation: Test\ntime_zone: UTC\napi: {listen: "127.0.0.1:%s", admin: "127.0.0.1:%s", proxy_socket: "%s", proxy_user_header: X-Remote-User}\n' \
  "$port" "$((port + 1))" "$scratch/proxy" >"$dir/kenko.yaml"
"${cli[@]}" serve >"$scratch/seen" 2>&1 &
server=$!
for _ in $(seq 100); do [ -S "$scratch/proxy" ] && curl -s -o /dev/null "http://127.0.0.1:$port/docs" && break || sleep 0.1; done
sign_in() { curl -s -o /dev/null -w '%{http_code}' -c "$scratch/jar" -H 'Content-Type: application/json' -d "{\"name\":\"$1\",\"password\":\"$2\"}" "http://127.0.0.1:$port/api/v1/session"; }
me() { curl -s -o /dev/null -w '%{http_code}' -b "$scratch/jar" "http://127.0.0.1:$port/api/v1/me"; }
named() { curl -s -o /dev/null -w '%{http_code}' --unix-socket "$scratch/proxy" -H "X-Remote-User: $1" http://k/api/v1/me; }
out() { for _ in $(seq 50); do [ "$(me)" = 401 ] && return 0 || sleep 0.1; done; return 1; }
holds "who was added signs in" test "$(sign_in m.rossi "$good")" = 201
holds "and is known" test "$(me)" = 200
holds "without a password nobody does" test "$(sign_in third "$good")" = 401
holds "but comes through the proxy" test "$(named third)" = 200
holds "another password is set" from 'some other evening' user password m.rossi
holds "which ends the session" out
holds "and opens the next" test "$(sign_in m.rossi 'some other evening')" = 201
holds "a person is shut out" cli user disable m.rossi
holds "at once" out
holds "and stays out" test "$(sign_in m.rossi 'some other evening')" = 401
holds "until let in again" cli user enable m.rossi
holds "then signs in" test "$(sign_in m.rossi 'some other evening')" = 201
holds "a person is removed" cli user remove m.rossi
holds "with the sessions" out
answers "a second time is nobody" 4 "nobody's name" "${cli[@]}" user remove m.rossi
kill "$server" && wait "$server"
server=
holds "the socket goes with the server" test ! -e "$scratch/proxy"
holds "no log has a password" test "$(grep -c 'quiet evening\|other evening' "$scratch/seen")" = 0
answers "the audit log is whole" 0 'each as it was written' "${cli[@]}" audit verify
holds "and says what was done" test "$(cli cluster psql -- -tAqc "SELECT count(DISTINCT action) FROM ops.audit WHERE action IN ('user.add', 'user.password', 'user.disable', 'user.enable', 'user.remove', 'session.open', 'session.refused', 'api.refused')")" = 8
finish
