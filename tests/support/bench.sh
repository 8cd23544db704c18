# shellcheck shell=bash
# What the benches that need a warehouse begin with, after they have read their options: a folder and a
# private PostgreSQL of their own, which go at their end.
scratch=$(mktemp -d)
chmod 755 "$scratch"
export KENKO_HOME=$scratch/home
# A bench that has more to end says so in at_end.
at_end() { :; }
leave() {
  at_end
  "${kenko:?}" cluster stop >/dev/null 2>&1
  rm -rf "$scratch"
}
trap leave EXIT
fail() {
  echo "bench: $1" >&2
  [ -s "$scratch/log" ] && tail -5 "$scratch/log" >&2
  exit 1
}
ticks=$(getconf CLK_TCK)
server_ticks() { # of the postmaster, its living children and those that ended
  local postmaster
  postmaster=$(head -1 "$KENKO_HOME/postgresql/postmaster.pid")
  cat "/proc/$postmaster/stat" $(pgrep -P "$postmaster" | sed 's|.*|/proc/&/stat|') 2>/dev/null |
    sed 's/.*) //' | awk '{ sum += $12 + $13 + $14 + $15 } END { print sum }'
}
