#!/usr/bin/env bash
# What fitting costs and how good it is beside the tools people would use otherwise, on the same folds, in
# one run.
#
#   run.sh [--smoke]
#
# CPU seconds of one fit with all its selection, one thread; boosters with their tuning by inner folds.
# Peers that are not there are skipped with a line. --smoke fits small tables without peers and checks
# only that the bench works.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../../.." && pwd)
build=${KENKO_BUILD:-$source/build/release}
kenko=${KENKO_BIN:-$build/kenko}
failed=0
field() { sed -nE "s/.*\"$1\": ([0-9.e-]+).*/\1/p" | head -1; }

if [ "${1:-}" = --smoke ]; then
  "$build/bench_cross" 3000 6 3 || failed=1
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  awk 'BEGIN { srand(1); print "a,b,y"; for (i = 0; i < 400; i++) { a = rand(); print a "," rand() "," (rand() < a) } }' \
    >"$scratch/t.csv"
  lines=$("$build/bench_holdout" "$scratch/t.csv" 300 1 | wc -l)
  [ "$lines" = 101 ] || failed=1
  exit "$failed"
fi

export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
"$build/bench_cross" 1000000 100 3 || failed=1
if [ -z "${KENKO_TEST_DATA:-}" ]; then
  echo "skipped: the churn tables: KENKO_TEST_DATA is not set"
  exit "$failed"
fi
peers() { # table, label, folds, column: what they print; false when one of them failed
  local bad=0
  if /usr/bin/python3 -c 'import sklearn, pandas' 2>/dev/null; then
    /usr/bin/python3 "$here/peers.py" "$@" || bad=1
  else
    echo "skipped: scikit-learn is not there"
  fi
  if command -v Rscript >/dev/null; then
    Rscript "$here/peers.R" "$@" || bad=1
  else
    echo "skipped: R is not there"
  fi
  return "$bad"
}
data=$KENKO_TEST_DATA/data/churn
for table in "telco churn=Yes" "creditcard y"; do
  read -r name label <<<"$table"
  folds=$data/$name-folds.csv
  printf '\n%s\n%-16s %9s %8s %10s %8s\n' "$name" model "log loss" AUC "CPU s" ratio
  own=
  for mode in auto compact mains; do
    out=$("$kenko" fit --csv "$data/$name.csv" --label "$label" --folds "$folds" --fold-column rep1 \
      --mode "$mode" --threads 1 --json) || failed=1
    seconds=$(field cpu_seconds_per_fit <<<"$out")
    own=${own:-$seconds}
    printf '%-16s %9.4f %8.4f %10.3f %8.2f\n' "kenko $mode" "$(field log_loss <<<"$out")" \
      "$(field auc <<<"$out")" "$seconds" "$(awk "BEGIN { print $seconds / $own }")"
  done
  peers "$data/$name.csv" "$label" "$folds" rep1 | while read -r peer loss auc seconds; do
    if [ "$peer" = skipped: ]; then
      echo "$peer $loss $auc $seconds"
    else
      printf '%-16s %9.4f %8.4f %10.3f %8.2f\n' "$peer" "$loss" "$auc" "$seconds" \
        "$(awk "BEGIN { print $seconds / $own }")"
    fi
  done || failed=1
done
prototype=$KENKO_TEST_DATA/reference/prototype
if [ -e "$prototype/gam_prototype.py" ] && /usr/bin/python3 -c 'import scipy, pandas' 2>/dev/null; then
  printf '\nsimulated surfaces\n'
  /usr/bin/python3 "$here/surfaces.py" "$prototype" "$build/bench_holdout" 2 || failed=1
else
  echo "skipped: the prototype's surfaces: scipy or the prototype is not there"
fi
exit "$failed"
