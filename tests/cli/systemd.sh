#!/usr/bin/env bash
# The units of packaging/systemd as systemd reads them: nothing unknown, every timer has its job, and
# none exposes more than it needs.
set -uo pipefail
command -v systemd-analyze >/dev/null || { echo "skipped: systemd-analyze is not there" && exit 77; }
scratch=$(mktemp -d) failed=0 passed=0
trap 'rm -rf "$scratch"' EXIT
cp -r "$KENKO_SOURCE/packaging/systemd/." "$scratch" && cd "$scratch" || exit 1
verdict() { # NAME, and what was found
  if [ -z "$2" ]; then
    echo "ok: $1"
    passed=$((passed + 1))
  else
    echo "not ok: $1: $2"
    failed=$((failed + 1))
  fi
}
verify() { SYSTEMD_UNIT_PATH="$scratch:" systemd-analyze verify --man=no "./$1" 2>&1 | grep -F "$1"; }

# A unit is refused when it is wrong, or this test would find nothing.
printf '[Service]\nExecStart=/usr/bin/kenko x\nProtectSistem=yes\n' >kenko-bad.service
verdict "a wrong unit is found" "$([ "$(verify kenko-bad.service | wc -l)" = 2 ] || echo not found)"
rm kenko-bad.service

# The program need not be installed here.
sed -i "s|/usr/bin/kenko|$KENKO_BIN|" ./*.service
for unit in *.service *.timer; do
  verdict "$unit" "$(verify "$unit")"
done
for timer in *.timer; do
  verdict "$timer has a service" "$([ -f "${timer%.timer}.service" ] || echo none)"
done
for unit in *.service; do
  exposure=$(systemd-analyze security --offline=true --threshold=20 "./$unit" 2>&1) && exposure=
  verdict "$unit is hardened" "$(tail -1 <<<"$exposure")"
done
for unit in kenko-*.service; do
  words=$(sed -n "s|^ExecStart=$KENKO_BIN \([a-z]*\).*|\1|p" "$unit")
  verdict "$unit runs a command" "$("$KENKO_BIN" "$words" --help >/dev/null 2>&1 || echo "kenko $words is none")"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
