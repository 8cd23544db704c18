#!/usr/bin/env bash
# What a person can get wrong: each ends in one clear message with what, where and what was wanted, the
# documented exit code, and nothing lost.
. "$(dirname "$0")/../support/script.sh"
dir="$scratch/conf ig"
# Root may read everything: what may not be read is tried as nobody, in a home of its own.
own="$scratch/own" as_other=
[ "$(id -u)" != 0 ] || as_other="setpriv --reuid=nobody --regid=nogroup --clear-groups"
at_end() { KENKO_HOME=$own $as_other "$kenko" cluster stop >/dev/null 2>&1; }
mkdir "$own" && { [ -z "$as_other" ] || chown nobody:nogroup "$own"; }

fresh() {
  rm -rf "$dir" && mkdir -p "$dir/scorecards" "$dir/data"
  cat >"$dir/kenko.yaml" <<'Y'
organisation: Test
time_zone: Asia/Tokyo
sources:
  - name: app
    streams:
      - stream: usage_metric
        path: data/*.csv*
        on_change: append
        max_line_kib: 64
        fields: {party: account, at: day}
        values:
          - {metric: runs, field: runs}
Y
  printf 'usage:\n  - {name: runs, combine: sum}\nmetrics:\n  - {name: runs_7d, kind: sum, usage: runs, days: 7}\n' >"$dir/metrics.yaml"
  printf 'account,day,runs\na,2026-05-01,5\n' >"$dir/data/a.csv"
}

# expect NAME EXIT 'text of the message' COMMAND…
expect() { answers "$1" "$2" "$3" ${other:+$as_other} "$kenko" -C "$dir" "${@:4}"; }

fresh
expect "a good file" 0 "loaded                  1" ingest
expect "an unknown command" 2 "did you mean 'ingest'" ingets
expect "an unknown option" 2 "Unknown option --sorce" ingest --sorce x
fresh && sed -i 's/on_change/on_chnage/' "$dir/kenko.yaml"
expect "a wrong key" 2 "kenko.yaml:8:9: unknown key 'on_chnage' in sources[0].streams[0], did you mean 'on_change'" ingest
fresh && sed -i 's/field: runs/field: runz/' "$dir/kenko.yaml" && echo 'a,2026-05-02,5' >>"$dir/data/a.csv"
expect "a column that is not there" 3 "the mapped column 'runz' is not in the header" ingest
fresh && sed -i 's/Asia\/Tokyo/Asia\/Tokio/' "$dir/kenko.yaml"
expect "a wrong zone" 2 "'Asia/Tokio' is not a time zone" ingest
fresh && sed -i 's/Asia\/Tokyo/UTC/' "$dir/kenko.yaml"
expect "another zone than the warehouse's" 2 "this warehouse was made with Asia/Tokyo" ingest
fresh && sed -i '1a warehouse: {known_floor_days: -1}' "$dir/kenko.yaml"
expect "a negative floor" 2 "warehouse.known_floor_days is -1, want 1 or more, or 0 for never" compact
fresh && rm "$dir/data/a.csv"
expect "a missing file" 4 "no file fits data/*.csv*" ingest
fresh && printf 'account,day,account\na,2026-05-01,5\n' >"$dir/data/b.csv"
expect "a duplicated header" 3 "stands twice in the header" ingest
fresh && printf 'account,day,runs\nb,2026-13-45,5\nb,2026-05-01,99999999999999999999\nb,2026-05-01\nb\0,2026-05-02,1\n,2026-05-02,1\n' >"$dir/data/c.csv"
expect "bad records are rejected, good ones kept" 0 "rejected                4" ingest
expect "… and each says where and why" 0 "data/c.csv:2:" load rejects
fresh && { printf 'account,day,runs\n'; head -c 5000000 /dev/zero | tr '\0' x; printf '\ng,2026-05-01,1\n'; } >"$dir/data/d.csv"
expect "a line without end is one reject" 0 "rejected                1" ingest
fresh && printf 'account,day,runs\nz,2026-05-01,5\n' | gzip | head -c 30 >"$dir/data/e.csv.gz"
expect "a truncated gzip" 3 "ends too early" ingest
fresh && printf 'warehouse: {dsn: "host=/nonexistent dbname=x"}\n' >>"$dir/kenko.yaml"
expect "an unreachable warehouse" 7 "cannot connect to the warehouse" ingest
fresh && printf 'warehouse: {dsn: "host=db password=secret"}\n' >>"$dir/kenko.yaml"
expect "a password in the file" 2 "want \${ENV} or file:PATH" ingest
fresh && printf 'warehouse: {dsn: "${KENKO_NO_SUCH}"}\n' >>"$dir/kenko.yaml"
expect "a secret that is not set" 2 "KENKO_NO_SUCH is not set" ingest
fresh && sed -i 's/^organisation/  organisation/' "$dir/kenko.yaml"
expect "broken YAML" 2 "kenko.yaml:" ingest
fresh && : >"$dir/kenko.yaml"
expect "an empty configuration" 2 "the file is empty" ingest
fresh && printf '# only\n# comments\n' >"$dir/kenko.yaml"
expect "nothing but comments" 2 "kenko.yaml:1:1: the file holds no value" ingest
fresh && printf '# only\n' >"$dir/metrics.yaml"
expect "nothing but comments in metrics.yaml" 2 "metrics.yaml:1:1: the file holds no value" ingest
fresh && printf 'language: en\nlanguage: ja\n' >>"$dir/kenko.yaml"
expect "a key that stands twice" 2 "kenko.yaml:14:1: the key 'language' stands twice (first at 13:1)" ingest
fresh && sed -i 's/path: data/patch: data/' "$dir/kenko.yaml"
expect "a wrong key deep inside, with its path" 2 "kenko.yaml:7:9: unknown key 'patch' in sources[0].streams[0], did you mean 'path'?" ingest
fresh && rm "$dir/kenko.yaml" && mkfifo "$dir/kenko.yaml"
expect "a FIFO as configuration" 2 "kenko.yaml: is a FIFO, want a file" ingest
fresh && truncate -s 1T "$dir/kenko.yaml"
expect "a configuration of a terabyte" 2 "kenko.yaml: is larger than the limit of 4 MiB" ingest
fresh && printf 'currency: Yen\n' >>"$dir/kenko.yaml"
expect "a currency that is none" 2 "currency is 'Yen', want a code of ISO 4217" ingest
fresh && printf 'warehouse: {dsn: "postgresql://u:s3cret@host/db"}\n' >>"$dir/kenko.yaml"
expect "a password in a URI" 2 "want \${ENV} or file:PATH" ingest
fresh && sed -i 's/^sources:/# note\nsuorces:/' "$dir/kenko.yaml"
expect "a wrong top-level key, where it stands" 2 "kenko.yaml:4:1: unknown key 'suorces', did you mean 'sources'" ingest
fresh
expect "a bad day" 3 "--as-of: '2026-02-30' is not a date" score --as-of 2026-02-30
expect "no day" 2 "want --as-of DAY" score
expect "no scorecard" 2 "scorecards/default.yaml" score --as-of 2026-06-01
expect "a report of nothing" 4 "nothing is published yet" report weekly
expect "an unknown account" 4 "has no published score" explain nobody
expect "a word the cluster does not know" 2 "want kenko cluster start | stop | status | psql" cluster restart
expect "psql on the warehouse, with its own arguments" 0 "one and two" cluster psql -- -Atc "SELECT 'one and two'"
expect "a diff without days" 2 "want kenko diff ACCOUNT DAY DAY" diff nobody
expect "a diff of a wrong day" 3 "2026-02-30" diff nobody 2026-02-30 2026-03-01
expect "a diff of nobody" 4 "has no published score on" diff nobody 2026-02-20 2026-03-01
expect "a load that is not there" 4 "there is no load 99999" load undo 99999
expect "an account that is not there" 4 "there is no account" identity merge nobody nobody2

# What an ordinary user may not read. (as_ordinary NAME EXIT 'text' COMMAND…)
as_ordinary() { KENKO_HOME=$own other=yes expect "$@"; }
fresh
as_ordinary "an ordinary user's own warehouse" 0 "loaded                  1" ingest
printf 'account,day,runs\na,2026-05-03,5\n' >"$dir/data/b.csv" && chmod 000 "$dir/data/b.csv"
printf 'account,day,runs\na,2026-05-04,5\n' >"$dir/data/c.csv"
as_ordinary "a file that may not be read, and the one after it is" 15 "loaded                  1" ingest
as_ordinary "… says which" 15 "data/b.csv: Permission denied" ingest
as_ordinary "… beforehand too" 12 "b.csv: Permission denied" source check
chmod 000 "$dir/data"
as_ordinary "a directory that may not be read" 15 "data/*.csv*: Permission denied" ingest
as_ordinary "… beforehand too" 12 "data/*.csv*: Permission denied" source check
chmod 755 "$dir/data" && fresh && chmod 000 "$dir/kenko.yaml"
as_ordinary "a configuration that may not be read" 2 "kenko.yaml: cannot be read: Permission denied" ingest
fresh && chmod 000 "$dir/metrics.yaml"
as_ordinary "metrics that may not be read" 2 "metrics.yaml: cannot be read: Permission denied" ingest
fresh && mkdir "$scratch/closed" && chmod 555 "$scratch/closed"
closed_home() { own="$scratch/closed/home" as_ordinary "$@"; }
closed_home "a home that may not be made" 15 "closed/home: cannot make the directory: Permission denied" ingest

# Something to write: one account, one day scored.
fresh && cat >>"$dir/kenko.yaml" <<'Y'
  - name: crm
    streams:
      - {stream: account, path: data/accounts, format: csv, fields: {party: id, name: name, created_on: made}}
churn: {definition: inactivity, inactive_days: 180, metric: runs}
Y
printf 'id,name,made\na,Able,2026-01-01\n' >"$dir/data/accounts"
cat >"$dir/scorecards/default.yaml" <<'Y'
name: default
label: Health
bands: [{name: Red, below: 50}, {name: Green}]
groups:
  - name: usage
    weight: 1
    measures:
      - {name: runs, metric: runs_7d, weight: 1, anchors: [{at: 0, score: 0}, {at: 10, score: 100}]}
Y
expect "an account arrives" 0 "loaded                  1" ingest
expect "and is scored" 0 "1 days scored" score --as-of 2026-05-03

# full EXIT COMMAND…: its standard output is a full device.
full() {
  local code=$1 status
  shift
  "$kenko" -C "$dir" "$@" >/dev/full 2>"$scratch/stderr"
  status=$?
  expect_lines "$* to a full device" "$status" "$code"
}
expect_lines() {
  local found=
  { [ "$2" = "$3" ] && [ "$(grep -c '^kenko: error: cannot write ' "$scratch/stderr")" = 1 ] &&
    grep -q 'No space left on device$' "$scratch/stderr"; } ||
    found="exit $2, want $3 and one message in: $(cat "$scratch/stderr")"
  verdict "$1" "$found"
}
for words in --help --version; do
  "$kenko" "$words" >/dev/full 2>"$scratch/stderr"
  expect_lines "kenko $words to a full device" $? 10
done
for command in $("$kenko" --help | sed -n 's/^  \([a-z]*\)  *[A-Z].*/\1/p'); do
  full 10 "$command" --help
done
for words in "report weekly" "report weekly --format html" "report digest --dry-run" "load list" "runs" \
  "runs --json" "explain a" "source list" "check" "check --digest" "quality" "key list" "ingest" "compact"; do
  read -ra command <<<"$words"
  full 10 "${command[@]}"
done
expect "a report to a full device" 10 "cannot write /dev/full: No space left on device" report weekly --output /dev/full
expect "a report to no device" 0 "" report weekly --output /dev/null
ln -s /dev/full "$dir/full" && ln -s later/report.html "$dir/link"
expect "a report through a link to a full device" 10 "cannot write $dir/full: No space left on device" report weekly --output "$dir/full"
expect "a report through a link to a file" 0 "" report weekly --output "$dir/link"
holds "the full device is still there" test -c /dev/full
holds "the other one too" test -c /dev/null
holds "the link to the device too" test -L "$dir/full"
holds "the link to the file too" test -L "$dir/link"
holds "and its file holds the report" grep -q "Customers scored: 1" "$dir/later/report.html"
expect "every invariant still holds" 0 "counters of each load reconcile" check

finish
