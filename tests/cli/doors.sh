#!/usr/bin/env bash
# Who gets in, on the command line: keys, the audit log, and a socket that systemd hands over.
. "$(dirname "$0")/../support/script.sh"
command -v systemd-socket-activate >/dev/null || { echo "skipped: systemd-socket-activate is not there" && exit 77; }
activated=
at_end() { [ -n "$activated" ] && kill "$activated" 2>/dev/null && wait "$activated" 2>/dev/null; }
dir="$scratch/config"
mkdir -p "$dir"
printf 'organisation: Test\ntime_zone: UTC\n' >"$dir/kenko.yaml"
printf 'metrics: []\nusage: []\n' >"$dir/metrics.yaml"
cli() { "$kenko" -C "$dir" "$@"; }

first=$(cli key create -q --owner desk --role lead --from 127.0.0.0/8) || echo "no key: $first"
answers "a net with bits behind it is no net" 2 'bits are set behind' "$kenko" -C "$dir" key create --owner a --role lead --from 10.0.0.1/8
second=$(cli key rotate -q "$first" --overlap 1)
holds "a rotated key is another" test -n "$second" -a "$first" != "$second"
holds "both open while they change over" test "$(cli key list --json | grep -c '"valid": true')" = 2
answers "the audit log is whole" 0 '2 rows, each as it was written' "$kenko" -C "$dir" audit verify
anchor=$(cli audit verify --json | sed 's/.*"anchor": "\(.*\)"}/\1/')
answers "and so is what was kept" 0 "$anchor" "$kenko" -C "$dir" audit verify --anchor "$anchor"
holds "the owner of the warehouse can cut it" cli cluster psql -- -qc "DELETE FROM ops.audit WHERE audit_no = 2" \
  -c "UPDATE ops.audit_head SET audit_no = 1, hash = (SELECT hash FROM ops.audit)"
answers "a tail that was cut off is missed by its anchor" 12 'cut short' "$kenko" -C "$dir" audit verify --anchor "$anchor"

port=$((20000 + RANDOM % 20000))
ask() { curl -s --max-time 20 -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $1" "http://127.0.0.1:$port/api/v1/me"; }
printf 'organisation: Test\ntime_zone: UTC\napi: {admin: "127.0.0.1:%s"}\n' "$((port + 1))" >"$dir/kenko.yaml"
systemd-socket-activate -E KENKO_HOME -E PATH -l "127.0.0.1:$port" "$kenko" -C "$dir" serve >"$scratch/seen" 2>&1 &
activated=$!
for _ in $(seq 50); do ss -ltn 2>/dev/null | grep -q ":$port " && break || sleep 0.1; done
holds "the first question waits for the server and is answered" test "$(ask "$second")" = 200
holds "the old key still opens" test "$(ask "$first")" = 200
cli key revoke -q "$first"
for _ in $(seq 50); do [ "$(ask "$first")" = 401 ] && break || sleep 0.1; done
holds "a revoked key does not" test "$(ask "$first")" = 401
finish
