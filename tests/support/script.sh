# shellcheck shell=bash
# What every shell test begins with: a folder and a private PostgreSQL of its own, which go at its end,
# and the count of what held.
set -uo pipefail
kenko=${KENKO_BIN:?} scratch=$(mktemp -d) failed=0 passed=0
chmod 755 "$scratch"
export KENKO_HOME="$scratch/home with spaces"
# A test that has more to end says so in at_end.
at_end() { :; }
leave() {
  at_end
  "$kenko" cluster stop >/dev/null 2>&1
  rm -rf "$scratch"
}
trap leave EXIT

# verdict NAME 'what was found instead', empty when it holds
verdict() {
  if [ -z "$2" ]; then
    echo "ok: $1"
    passed=$((passed + 1))
  else
    echo "not ok: $1: $2"
    failed=$((failed + 1))
  fi
}
# holds NAME COMMAND…: does the command succeed?
holds() {
  local name=$1 status
  shift
  "$@"
  status=$?
  verdict "$name" "$([ "$status" = 0 ] || { echo "exit $status" && [ -f "$scratch/seen" ] && tail -c 2000 "$scratch/seen" | cat -v; })"
}
# answers NAME EXIT 'part of what it says, standard error too' COMMAND…
answers() {
  local name=$1 code=$2 want=$3 out status found=
  shift 3
  out=$(timeout 120 "$@" 2>&1)
  status=$?
  { [ "$status" = "$code" ] && grep -qF -- "$want" <<<"$out"; } ||
    found="exit $status, want $code and '$want' in: $(tail -8 <<<"$out")"
  verdict "$name" "$found"
}
# kept NAME FILE COMMAND…: does it say what tests/golden keeps? KENKO_UPDATE=yes writes that, and then it
# is to be read.
kept() {
  local name=$1 file=${KENKO_SOURCE:?}/tests/golden/$2 out
  shift 2
  out=$(timeout 120 "$@" 2>&1)
  [ "${KENKO_UPDATE:-}" != yes ] || printf '%s\n' "$out" >"$file"
  verdict "$name" "$(diff "$file" - <<<"$out" | head -20)"
}
# The last line of a test.
finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
