#!/usr/bin/env bash
# How our code reads, as far as a machine can tell. Each rule first refuses a bad example of its own,
# so that a rule that finds nothing has been seen to find something.
set -uo pipefail
cd "${KENKO_SOURCE:-$(dirname "$0")/../..}" || exit 1
passed=0 failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Sources git knows; where git lists none (a tarball, a tree of another owner) those on disk.
sources() {
  local list
  list=$(git ls-files -co --exclude-standard 2>/dev/null | grep -E '\.(c|h|sql)$')
  [ -n "$list" ] || list=$(find . -path './build*' -prune -o -type f -print | sed 's|^\./||' | grep -E '\.(c|h|sql)$')
  echo "$list"
}
if [ "$(sources | wc -l)" -lt 100 ]; then
  echo "not ok: hardly any source is listed here, so no rule would find anything"
  exit 1
fi

# rule NAME "bad example" COMMAND…: COMMAND prints findings for the files named on standard input.
rule() {
  local name=$1 bad=$2 ending=$3 found
  shift 3
  mkdir -p "$scratch/$ending"
  printf '%b' "$bad" >"$scratch/$ending/bad.${ending##*/}"
  if ! (cd "$scratch" && echo "$ending/bad.${ending##*/}" | "$@" | grep -q .); then
    echo "not ok: $name: does not refuse its bad example"
    failed=$((failed + 1))
    return
  fi
  found=$(sources | "$@")
  if [ -n "$found" ]; then
    echo "not ok: $name"
    echo "$found" | head -20
    failed=$((failed + 1))
  else
    echo "ok: $name"
    passed=$((passed + 1))
  fi
}

# One reader for all files: a process for each of them is what makes a lint slow.
layers() {
  grep -E '^(core|ingest|scoring|reports|api)/' | xargs -r awk '
    FNR == 1 { own = FILENAME; sub("/.*", "", own) }
    !/^#include "/ { next }
    /^#include "sql\// {
      allowed = "\"sql/(" own "|core)[.]h\""
      if (own == "core") allowed = "\"sql/(core|schema|dashboard)[.]h\""
      if (own == "ingest") allowed = "\"sql/(ingest|core|quality)[.]h\"" # whose checks it runs
      if ($0 !~ allowed) print FILENAME ":" FNR ":" $0
      next
    }
    $0 !~ "\"(core|" own ")/" { print FILENAME ":" FNR ":" $0 }'
}
libraries() {
  grep -E '\.[ch]$' | grep -v '^tests/' | xargs -r grep -nE '#include <(gsl/|microhttpd)' /dev/null |
    grep -vE '^(scoring|examples)/[^:]*:[0-9]+:#include <gsl/|^api/[^:]*:[0-9]+:#include <microhttpd' || true
}
banned() {
  grep -E '\.[ch]$' | grep -v '^tests/' |
    xargs -r grep -nE '\b(strcpy|strcat|sprintf|strtok|atoi|atol|strtol|strtoul|strtod|gets|alloca|system|popen|localtime|gmtime|asctime)[ ]*\(' |
    grep -vE '^[^:]*:[0-9]+:[ /]*\*' || true
}
no_sql() {
  grep -E '\.c$' | grep -vE '^(tests/|sql/sqlgen\.c)' |
    xargs -r grep -nE '"[^"]*\b(SELECT .* FROM|INSERT INTO|UPDATE [a-z_.]+ SET|DELETE FROM|CREATE (TABLE|VIEW)|DROP TABLE)\b' || true
}
no_now() {
  grep -E '^sql/(ingest|quality|scoring|reports|api|core|views)|^bad|/bad\.sql$|^sql/bad' |
    xargs -r grep -nE '\b(now\(\)|current_timestamp|current_date)' |
    grep -vE 'sql/(core|ingest|quality|scoring|reports|api)/(job_|load_|run_|outbox_|key_|known_|server_|session_|user_)' || true
}
distributed() {
  grep -E '\.sql$' | xargs -r grep -niE 'DETACH PARTITION CONCURRENTLY|\bctid\b|WITH RECURSIVE|CREATE (CONSTRAINT )?TRIGGER|\b(ROLLUP|CUBE|GROUPING SETS) *\(|SELECT \*' |
    grep -vE '^tests/' || true
}
size_limits() {
  grep -E '\.[ch]$' | grep -v '^tests/' | xargs -r awk '
    function length_of_file() {
      if (file != "" && lines > (file ~ /[.]h$/ ? 160 : 500)) print file ": " lines " lines"
    }
    FNR == 1 { length_of_file(); file = FILENAME; start = 0 }
    { lines = FNR }
    /^\{$/ { start = FNR }
    /^\}$/ { if (start && FNR - start - 1 > 60) print file ":" start ": function of " FNR - start - 1 " lines"; start = 0 }
    END { length_of_file() }'
}
licence() {
  grep -E '\.[ch]$' | xargs -r awk '
    FNR == 1 && !/SPDX-License-Identifier: GPL-3.0-or-later/ { print FILENAME ": no SPDX line" }'
}
headers() {
  grep -E '\.h$' | xargs -r grep -L '^#pragma once' | sed 's/$/: no #pragma once/' || true
}
paths() {
  xargs -r grep -nE '/work/|/root/|/home/[a-z]' | grep -v '^tests/lint/' || true
}

rule "stages include only core and themselves" '#include "scoring/score.h"\n' ingest/c layers
rule "GSL only in scoring, microhttpd only in api" '#include <microhttpd.h>\n' core/c libraries
rule "banned functions" 'int x(char *p) { return atoi(p); }\n' core/c banned
rule "no SQL in C" 'const char *q = "SELECT a FROM b";\n' core/c no_sql
rule "no now() outside ops" 'SELECT now();\n' sql/sql no_now
rule "SQL that a distributed engine refuses" 'SELECT * FROM t;\n' sql/sql distributed
long_function=$(printf 'int f(void)\\n{\\n'; for _ in $(seq 70); do printf '    x();\\n'; done; printf '}\\n')
rule "functions of 60 lines, files of 500" "$long_function" core/c size_limits
rule "licence line" 'int x;\n' core/c licence
rule "pragma once" 'int x;\n' core/h headers
rule "no paths of a machine" 'const char *p = "/home/me/x";\n' core/c paths

# The page of promises names tests there are: functions of test programs, or scripts by their path.
unkept() { # page
  grep -ohrE 'cmocka_unit_test[a-z_]*\([A-Za-z0-9_]+' tests --include='test_*.c' | sed 's/.*(//' >"$scratch/tests"
  grep -oE '`[^`]+`' "$1" | tr -d '`' | sort -u >"$scratch/named"
  grep -F / "$scratch/named" | grep -vF '*' | while read -r path; do [ -e "$path" ] || echo "$path"; done
  grep -vE '[/*]' "$scratch/named" | grep -vxFf "$scratch/tests" || true
}
printf '`a_promise_without_a_test`\n' >"$scratch/promises.md"
if [ -z "$(unkept "$scratch/promises.md")" ]; then
  echo "not ok: promises name their tests: does not refuse its bad example"
  failed=$((failed + 1))
elif [ -n "$(for page in docs/promises.md docs/asvs.md; do unkept "$page"; done)" ]; then
  echo "not ok: promises name their tests"
  for page in docs/promises.md docs/asvs.md; do unkept "$page"; done
  failed=$((failed + 1))
else
  echo "ok: promises name their tests"
  passed=$((passed + 1))
fi

# Every global symbol begins with its file's stem (or the noun it continues: db_copy.c → db_).
if command -v nm >/dev/null && [ -d "${KENKO_BUILD:-}" ]; then
  found=$(find "$KENKO_BUILD"/CMakeFiles/kenko_{core,ingest,scoring,reports,api}.dir -name '*.c.o' 2>/dev/null |
    grep -v '/sql/' | xargs -r nm -A -g --defined-only | awk '
      $2 !~ /^[TDBRC]$/ || $3 ~ /^(__|_fini$|_init$)/ { next }
      {
        object = $1
        sub(/:.*/, "", object)
        sub(/.*\//, "", object)
        stem = object
        sub(/[.]c[.]o$/, "", stem)
        noun = stem
        sub(/_.*/, "", noun)
        if (index($3, stem) == 1 || index($3, noun "_") == 1 || $3 == noun) next
        if (stem == "error" && index($3, "err_") == 1) next
        print object ": " $3
      }')
  if [ -n "$found" ]; then
    echo "not ok: symbols begin with their file's stem"
    echo "$found" | head -20
    failed=$((failed + 1))
  else
    echo "ok: symbols begin with their file's stem"
    passed=$((passed + 1))
  fi
fi

if command -v clang-format >/dev/null; then
  found=$(sources | grep -E '\.[ch]$' | xargs clang-format --dry-run 2>&1 | grep -oE '^[^:]+:[0-9]+' | sort -u | head -20)
  if [ -n "$found" ]; then
    echo "not ok: clang-format"
    echo "$found"
    failed=$((failed + 1))
  else
    echo "ok: clang-format"
    passed=$((passed + 1))
  fi
else
  echo "skipped: clang-format is not there"
fi
echo "$passed rules hold, $failed do not"
[ "$failed" = 0 ]
