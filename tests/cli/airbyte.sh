#!/usr/bin/env bash
# An Airbyte platform beside the program itself: every line on standard output is a message, and the
# exit codes are the ones it acts on.
. "$(dirname "$0")/../support/script.sh"
dir="$scratch/config"
mkdir -p "$dir"
cat >"$dir/kenko.yaml" <<'Y'
organisation: Test
time_zone: Asia/Tokyo
sources:
  - {name: air, type: airbyte}
  - {name: tap, type: singer}
Y
printf 'usage: []\n' >"$dir/metrics.yaml"
for source in air tap nobody; do
  printf '{"source": "%s", "directory": "%s"}' "$source" "$dir" >"$scratch/$source.json"
done
printf '{"directory": "%s"}' "$dir" >"$scratch/none.json"
printf '{"source": ' >"$scratch/broken.json"
cat >"$scratch/catalog.json" <<'J'
{"streams": [{"stream": {"name": "t", "json_schema": {"properties": {"id": {"type": "integer"}}}},
  "sync_mode": "incremental", "destination_sync_mode": "append_dedup", "primary_key": [["id"]]}]}
J

# expect NAME EXIT 'jq program that must be true of the list of messages' COMMAND…
expect() {
  local name=$1 code=$2 program=$3 out status found=
  shift 3
  out=$("$@" 2>"$scratch/stderr")
  status=$?
  { [ "$status" = "$code" ] && jq -se "$program" >/dev/null 2>&1 <<<"$out"; } ||
    found="exit $status, want $code; out: $out; $(tail -3 "$scratch/stderr")"
  verdict "$name" "$found"
}
check() { "$kenko" airbyte check --config "$scratch/$1.json"; }
write() { "$kenko" airbyte write --config "$scratch/air.json" --catalog "$scratch/catalog.json"; }
record() { printf '{"type": "RECORD", "record": {"stream": "t", "emitted_at": 1, "data": {"id": %s}}}\n' "$1"; }
state() {
  printf '{"type": "STATE", "state": {"type": "STREAM", "stream": {"stream_descriptor": {"name": "t"}, "stream_state": {"n": %s}}, "sourceStats": {"recordCount": %s}}}\n' "$1" "$2"
}
good() { { record 1 && record 2 && state 2 2.0; } | write; }
miscounted() { { record 3 && state 3 2; } | write; }

expect "it says what it is" 0 \
  '.[0].type == "SPEC" and .[0].spec.connectionSpecification.required == ["source"] and (.[0].spec.supported_destination_sync_modes | length) == 3' \
  "$kenko" airbyte spec
expect "a connection that works" 0 '.[0].connectionStatus.status == "SUCCEEDED"' check air
for broken in tap nobody none broken missing; do
  expect "a connection that does not: $broken" 0 \
    'length == 1 and .[0].connectionStatus.status == "FAILED" and (.[0].connectionStatus.message | length) > 0' \
    check "$broken"
done
expect "states come back with counts" 0 \
  'length == 1 and .[0].state.stream.stream_state.n == 2 and .[0].state.destinationStats.recordCount == 2' good
expect "… as numbers with a point" 0 'true' bash -c "
  $(declare -f record state write good); kenko='$kenko' scratch='$scratch'
  good | grep -q '\"recordCount\":2.0'"
expect "a wrong count is an error the platform can read" 3 \
  'length == 1 and .[0].trace.type == "ERROR" and .[0].trace.error.failure_type == "system_error" and (.[0].trace.error.message | test("counts 2 records"))' \
  miscounted
expect "a catalog that is not there" 15 '.[0].trace.error.message | test("nowhere")' \
  "$kenko" airbyte write --config "$scratch/air.json" --catalog "$scratch/nowhere.json"
expect "a source of another kind" 2 '.[0].trace.error.failure_type == "config_error"' \
  bash -c "'$kenko' airbyte write --config '$scratch/nobody.json' --catalog '$scratch/catalog.json' </dev/null"
expect "an unknown verb" 2 'length == 0' "$kenko" airbyte discover
finish
