#!/usr/bin/env bash
# Both root commands on a bare Debian 12: a root of the minimal system is made, the tree put into a
# path with spaces, and ./demo run twice as root and twice as an ordinary user with sudo, ./check once
# as that user. What was installed on this machine by hand is not there.
#
#   tests/install/debootstrap.sh            demo and check
#   KENKO_INSTALL_ONLY=demo …               demo only
#   KENKO_INSTALL_ROOT=DIR …                keep the bare root in DIR and copy it the next time
set -euo pipefail
cd "$(dirname "$0")/../.."
skip() { echo "skipped: bare Debian: $*" && exit 0; }
[ "$(id -u)" = 0 ] || skip "needs root"
command -v debootstrap >/dev/null || skip "debootstrap is not there"
# A name space of its own: what is mounted goes with the process.
if [ "${KENKO_INSTALL_MOUNTS:-}" != own ]; then
  unshare -m --propagation private true 2>/dev/null || skip "cannot mount"
  KENKO_INSTALL_MOUNTS=own exec unshare -m --propagation private "$0" "$@"
fi

scratch=$(mktemp -d)
root=$scratch/root
chmod 755 "$scratch"
trap 'umount -R "$root"/proc "$root"/dev/shm "$root"/dev/pts "$root/srv/test data" 2>/dev/null; rm -rf --one-file-system "$scratch"' EXIT
bare=${KENKO_INSTALL_ROOT:-$scratch/bare}
if [ ! -e "$bare/etc/debian_version" ]; then
  debootstrap --variant=minbase --include=sudo bookworm "$bare" >"$scratch/log" 2>&1 ||
    { tail -3 "$scratch/log" && skip "no mirror"; }
fi
cp -a "$bare" "$root"
cp /etc/resolv.conf "$root/etc/"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t devpts devpts "$root/dev/pts"
echo "127.0.0.1 localhost $(hostname)" >"$root/etc/hosts"
mkdir -p "$root/srv/test data"
[ -z "${KENKO_TEST_DATA:-}" ] || mount --bind -o ro "$KENKO_TEST_DATA" "$root/srv/test data"
chroot "$root" useradd -m -s /bin/bash ada
echo 'ada ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/ada"
chmod 440 "$root/etc/sudoers.d/ada"

passed=0 failed=0
# step NAME USER WANTED COMMAND: the output's last lines must hold WANTED
step() {
  local name=$1 user=$2 wanted=$3 status=0 start=$SECONDS
  chroot "$root" su - "$user" -c \
    "cd '/srv/a tree of kenko/$user' && export KENKO_TEST_DATA='${KENKO_TEST_DATA:+/srv/test data}' && $4" \
    >"$scratch/log" 2>&1 || status=$?
  if [ "$status" = 0 ] && tail -40 "$scratch/log" | grep -qE "$wanted"; then
    passed=$((passed + 1))
    echo "ok: $name ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1))
    echo "not ok: $name: exit $status, wanted $wanted"
    tail -30 "$scratch/log" | sed 's/^/  /'
  fi
}
for user in root ada; do
  mkdir -p "$root/srv/a tree of kenko/$user"
  git ls-files -z | xargs -0 cp -a --parents -t "$root/srv/a tree of kenko/$user"
  chroot "$root" chown -R "$user" "/srv/a tree of kenko/$user"
done
# The ordinary user comes first, so that nothing is there yet that root installed.
for user in ada root; do
  step "./demo --no-serve as $user" "$user" 'digest .*/world/config/out/digest.json' './demo --no-serve'
  step "./demo --no-serve as $user again" "$user" 'digest .*/world/config/out/digest.json' './demo --no-serve'
done
step "installing PostgreSQL made no default cluster" root '^none$' \
  'ls /etc/postgresql/15/main /var/lib/postgresql/15/main >/dev/null 2>&1 && echo some || echo none'
if [ "${KENKO_INSTALL_ONLY:-}" != demo ]; then
  step "./check as an ordinary user" ada '^[0-9]+ passed, 0 failed$' './check'
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
