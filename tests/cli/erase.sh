#!/usr/bin/env bash
# A person asks to be forgotten: nothing that can be dumped names them any more, the source may tell of
# them again, and a backup may be put back.
. "$(dirname "$0")/../support/script.sh"
dump=$(ls /usr/lib/postgresql/*/bin/pg_dump 2>/dev/null | tail -1)
dir="$scratch/config" canary=hanako.canary@customer.example other=taro.other@customer.example
mkdir -p "$dir"
cat >"$dir/kenko.yaml" <<'YAML'
organisation: Test
time_zone: UTC
sources:
  - name: crm
    streams:
      - {stream: account, path: account.csv, on_change: append, fields: {party: id, name: name}}
      - {stream: contact, path: contact.csv, on_change: append, fields: {external_id: id, party: who, name: name, email: mail}}
      - {stream: usage_metric, path: usage.csv, on_change: append, fields: {party: account, at: day, subject: user}, values: [{metric: logins, field: logins}]}
YAML
printf 'usage:\n  - {name: logins, combine: sum, by: user}\nmetrics:\n  - {name: logins_28d, kind: sum, usage: logins, days: 28}\n' >"$dir/metrics.yaml"
printf 'id,name\na,Sakura\n' >"$dir/account.csv"
printf 'id,who,name,mail\nc-canary-1,a,Hanako Canary,%s\nc-2,a,Taro,%s\n' "$canary" "$other" >"$dir/contact.csv"
printf 'account,day,user,logins\na,2026-05-01,%s,3\na,2026-05-01,%s,2\na,no-day,%s,1\n' "$canary" "$other" "$canary" >"$dir/usage.csv"
cli() { "$kenko" -C "$dir" "$@"; }
sql() { cli cluster psql -- -qAtc "$1"; }
# What the warehouse holds, whole: a line for each word of the person.
traces() {
  local where
  where=$(sql "SELECT current_setting('unix_socket_directories')")
  "$dump" -h "$where" -U kenko kenko 2>"$scratch/seen" | grep -ciE 'hanako|canary'
}
cli ingest -q >"$scratch/seen" 2>&1
holds "the person is there" test "$(sql "SELECT count(*) FROM warehouse.contact WHERE email = '$canary'")" = 1
holds "in a reject too" test "$(sql 'SELECT count(*) FROM ops.reject')" = 1
sum='SELECT sum(x), count(DISTINCT subject_id) FROM warehouse.usage_span, unnest(v) AS x'
before=$(sql "$sum")
[ -z "$dump" ] || holds "and in a dump" test "$(traces)" -gt 0

cli erase -q --show "$canary" >"$scratch/shown"
holds "what is held is shown, a row a line" test "$(jq -rs 'map(.place) | sort | join(" ")' "$scratch/shown")" = "contact reject usage"
holds "with what it says" grep -q 'Hanako Canary' "$scratch/shown"
holds "and nothing of others" test "$(grep -c taro "$scratch/shown")" = 0
answers "a blank is nobody's address" 2 'without blanks' "$kenko" -C "$dir" erase "a b"
holds "the person is erased" cli erase -q "${canary^^}"
[ -z "$dump" ] || holds "no dump names them" test "$(traces)" = 0
holds "the other stays" test "$(sql "SELECT count(*) FROM warehouse.contact WHERE email = '$other'")" = 1
holds "what is counted stays" test "$(sql "$sum")" = "$before"

# The source tells of them again, in new records of old and new ids.
printf 'c-canary-1,a,Hanako C.,\nc-canary-9,a,Hanako Canary,%s\n' "$canary" >>"$dir/contact.csv"
printf 'a,2026-05-02,%s,5\na,not-a-day,%s,1\n' "$canary" "$canary" >>"$dir/usage.csv"
holds "a later load is taken" cli ingest -q
[ -z "$dump" ] || holds "and brings nobody back" test "$(traces)" = 0
holds "their later use is counted as theirs" test "$(sql "$sum")" = "10|2"
holds "records add up" test "$(sql 'SELECT count(*) FROM ops.load WHERE read_count <> loaded + duplicate + ignored + rejected')" = 0
answers "the warehouse is whole" 0 '' "$kenko" -C "$dir" check
answers "the audit log has it, and names nobody" 0 '2 rows' "$kenko" -C "$dir" audit verify

# A backup of the time before is put back: the tombstones, kept elsewhere, do it again.
cli erase --save -q >"$scratch/tombstones"
sql "DELETE FROM ops.erasure; UPDATE warehouse.contact SET email = '$canary', name = 'Hanako Canary', external_id = 'c-canary-1' WHERE email IS NULL AND load_id = 2" >/dev/null
sql "UPDATE warehouse.subject SET name = '$canary' WHERE name LIKE 'erased-%'" >/dev/null
[ -z "$dump" ] || holds "the backup names them" test "$(traces)" -gt 0
printf 'person xyz\n' >"$scratch/wrong"
answers "what is no tombstone is refused" 3 'line 1' "$kenko" -C "$dir" erase --again "$scratch/wrong"
holds "the tombstones are applied again" cli erase -q --again "$scratch/tombstones"
holds "nothing is held any more" test -z "$(cli erase -q --show "$canary")"
[ -z "$dump" ] || holds "and nobody is named" test "$(traces)" = 0
finish
