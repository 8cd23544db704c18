#!/usr/bin/env bash
# A tap beside the program itself: standard output is states and nothing else, exit codes are the
# documented ones, the stored state is what the tap goes on from.
. "$(dirname "$0")/../support/script.sh"
dir="$scratch/config"
mkdir -p "$dir"
cat >"$dir/kenko.yaml" <<'Y'
organisation: Test
time_zone: Asia/Tokyo
sources:
  - name: app
    streams:
      - {stream: account, path: "accounts-*.csv", fields: {party: id}}
  - name: tap
    type: singer
Y
printf 'usage: []\n' >"$dir/metrics.yaml"
printf 'id\na\n' >"$dir/accounts-1.csv"

# tap FROM TO: what a tap sends that goes on from a state
tap() {
  echo '{"type": "SCHEMA", "stream": "things", "key_properties": ["id"], "schema": {"properties": {"id": {"type": "integer"}}}}'
  for ((i = $1; i < $2; i++)); do
    echo "{\"type\": \"RECORD\", \"stream\": \"things\", \"record\": {\"id\": $i}}"
    echo "{\"type\": \"STATE\", \"value\": {\"next\": $((i + 1))}}"
  done
}

# expect NAME EXIT 'standard output' 'part of standard error' COMMAND…
expect() {
  local name=$1 code=$2 want=$3 part=$4 out status found=
  shift 4
  out=$("$@" 2>"$scratch/stderr")
  status=$?
  { [ "$status" = "$code" ] && [ "$out" = "$want" ] && { [ -z "$part" ] || grep -qF -- "$part" "$scratch/stderr"; }; } ||
    found="exit $status, want $code; out: $out; $(tail -3 "$scratch/stderr")"
  verdict "$name" "$found"
}
singer() { "$kenko" -C "$dir" ingest --singer tap "$@"; }
fed() { "$@" | singer; }

expect "a source never read has an empty state" 0 '{}' '' singer --state
expect "states come back, the rest is said elsewhere" 0 $'{"next": 1}\n{"next": 2}' 'loaded                  2' fed tap 0 2
expect "the stored state is the last one" 0 '{"next": 2}' '' singer --state
expect "an input that breaks off is an error with its line" 3 '' 'standard input:2:' \
  bash -c "echo '{\"type\": \"LOG\"}' | cat - <(printf '{\"type\":') | '$kenko' -C '$dir' ingest --singer tap"
expect "a source of another kind takes no messages" 2 '' 'type file takes no messages' \
  bash -c "'$kenko' -C '$dir' ingest --singer app </dev/null"
expect "two ways at once" 2 '' 'want --source NAME, or --singer NAME' singer --source app
expect "a tap's source is fed" 2 '' 'type singer is fed from standard input' \
  bash -c "'$kenko' -C '$dir' ingest --source tap >/dev/null"
expect "the others are read without it" 0 '' '' bash -c "'$kenko' -C '$dir' ingest >/dev/null"
expect "nobody reads the states" 15 '' 'standard output' \
  bash -c "exec 3> >(:); sleep 0.3; $(declare -f tap); tap 2 3 | '$kenko' -C '$dir' ingest --singer tap >&3"
expect "… and what was said to nobody is committed" 0 '{"next": 3}' '' singer --state

tried() { tap 3 5 | singer --dry-run; }
expect "a dry run says no state" 0 '' 'nothing was kept' tried
expect "… and keeps none" 0 '{"next": 3}' '' singer --state

mkfifo "$scratch/slow"
"$kenko" -C "$dir" ingest --singer tap <"$scratch/slow" >"$scratch/said" 2>/dev/null &
pid=$!
exec 4>"$scratch/slow"
tap 3 4 >&4
for _ in $(seq 100); do
  "$kenko" -C "$dir" runs 2>/dev/null | grep -q 'ingest:tap.*running' && break
  sleep 0.1
done
expect "a second run is refused" 6 '' 'another run of ingest:tap is under way' fed tap 9 10
expect "its state cannot be known yet" 6 '' 'is under way' singer --state
sleep 0.3
kill -TERM "$pid"
wait "$pid"
status=$?
exec 4>&-
if [ "$status" = 11 ] && [ "$(cat "$scratch/said")" = '{"next": 4}' ]; then
  echo "ok: SIGTERM commits, says the state and ends with 11"
  passed=$((passed + 1))
else
  echo "not ok: SIGTERM: exit $status, said $(cat "$scratch/said")"
  failed=$((failed + 1))
fi
finish
