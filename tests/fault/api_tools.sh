#!/usr/bin/env bash
# What other people's tools find of the API, behind ./check --long, where they are installed: sqlmap on
# what parameters take, testssl.sh on haproxy as its example sets it up.
. "$(dirname "$0")/../support/script.sh"
[ -n "${KENKO_LONG:-}" ] || { echo "skipped: sqlmap and testssl.sh: behind --long" && exit 77; }
source=${KENKO_SOURCE:?} server= proxy=
at_end() {
  for pid in $server $proxy; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
}
dir="$scratch/config" port=$((20000 + RANDOM % 10000))
mkdir -p "$dir"
printf 'organisation: Test\ntime_zone: UTC\napi: {listen: "127.0.0.1:%s", admin: "127.0.0.1:%s", rate: 100000, burst: 1000000}\n' \
  "$port" "$((port + 1))" >"$dir/kenko.yaml"
printf 'metrics: []\nusage: []\n' >"$dir/metrics.yaml"
key=$("$kenko" -C "$dir" key create -q --owner tools --role admin) || echo "no key"
"$kenko" -C "$dir" serve --quiet 2>"$scratch/server.log" &
server=$!
for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$port/docs" && break || sleep 0.1; done

# Every place of these is tried: parameters, a part of the path (*), a member of a body.
injects() { # name, sqlmap's arguments …
  local name=$1
  shift
  sqlmap --batch --level=2 --risk=2 --threads=2 --flush-session --ignore-code=400,404,422,429 \
    --output-dir="$scratch/sqlmap" --headers="Authorization: Bearer $key" "$@" >"$scratch/seen" 2>&1
  verdict "$name" "$(grep -E 'identified the following injection|CRITICAL.*(connect|refused|unauthor)' "$scratch/seen" | head -3)"
  holds "$name: it was tried" grep -qE 'do not appear to be injectable|not seem to be injectable' "$scratch/seen"
}
if command -v sqlmap >/dev/null; then
  base="http://127.0.0.1:$port/api/v1"
  injects "sqlmap on a list" -u "$base/accounts?limit=10&q=a&owner=b&segment=c&sort=name"
  injects "sqlmap on a path" -u "$base/accounts/a*/history?limit=5"
  injects "sqlmap on a query by name" -u "$base/queries/top_losses?limit=5&month=2026-09-01"
  injects "sqlmap on a body" -u "$base/views" --method=POST --data='{"name":"a","query":{"q":"b"}}' -H 'Content-Type: application/json'
else
  echo "skipped: sqlmap is not installed"
fi
if command -v testssl >/dev/null && command -v haproxy >/dev/null; then
  tls=$((port + 2))
  (cd "$scratch" && openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -days 2 2>/dev/null && cat c k >kenko.pem)
  sed -e "s|bind :443 ssl crt /etc/haproxy/|bind 127.0.0.1:$tls ssl crt $scratch/|" \
    -e "s|127.0.0.1:8080|127.0.0.1:$port|" "$source/packaging/haproxy/kenko.cfg" >"$scratch/haproxy.cfg"
  haproxy -db -f "$scratch/haproxy.cfg" >/dev/null 2>&1 &
  proxy=$!
  sleep 1
  # Protocols, headers, server defaults, forward secrecy, and the named attacks; of a key of our own
  # making it can only be said that nobody signed it.
  testssl --quiet --warnings off --color 0 -p -f -h -U --ip 127.0.0.1 --jsonfile "$scratch/tls.json" \
    "https://localhost:$tls/" >"$scratch/seen" 2>&1
  holds "testssl.sh looked" grep -q TLS1_3 "$scratch/tls.json"
  verdict "testssl.sh finds nothing high or critical" \
    "$(jq -r '.[] | select(.severity == "HIGH" or .severity == "CRITICAL") | "\(.id): \(.finding)"' "$scratch/tls.json" | head -5)"
  verdict "it speaks TLS 1.2 and 1.3 alone" \
    "$(jq -r '.[] | select(.id | IN("SSLv2", "SSLv3", "TLS1", "TLS1_1")) | select(.finding != "not offered") | .id' "$scratch/tls.json")"
else
  echo "skipped: testssl.sh or haproxy is not installed"
fi
finish
