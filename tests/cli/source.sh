#!/usr/bin/env bash
# The way from a file somebody sent to a source that loads.
. "$(dirname "$0")/../support/script.sh"
cd "$scratch" && mkdir exports || exit 1

expect() { answers "$1" "$2" "$3" "$kenko" "${@:4}"; }

printf '取引先コード;会社名;更新日時\n00017;"株式会社サンプル";2026/11/24 9:30\n00018;㈱山田;2026/11/25 10:00\n' |
  iconv -f UTF-8 -t CP932 >exports/accounts.csv
cat >kenko.yaml <<'Y'
organisation: Test
time_zone: Asia/Tokyo
Y
printf 'usage: []\nmetrics: []\n' >metrics.yaml
expect "a guess needs no warehouse" 0 "encoding: cp932" source guess --source crm exports/accounts.csv
expect "a file that is not there" 4 "nothing.csv" source guess nothing.csv
expect "a stream that is not there" 2 "there is no stream 'acount'" source guess --stream acount exports/accounts.csv
"$kenko" source guess -q --source crm exports/accounts.csv >>kenko.yaml
expect "what was pasted maps" 0 "00017  2026-11-24T00:30:00Z  株式会社サンプル" source preview crm
expect "… and would load" 0 "ok    crm            account          1 file; of the first records 2 map" source check
expect "nothing was loaded" 0 "crm            file      account          never loaded" source list
expect "a dry run counts" 0 "loaded                  2" ingest --dry-run
expect "… and says that it kept nothing" 0 "nothing was kept: this was a dry run" ingest --dry-run
expect "… which is true" 0 "never loaded" source list
expect "it loads" 0 "loaded                  2" ingest
expect "… and is listed" 0 "1 file" source list
expect "… for programs too" 0 '"loaded": 2, "rejected": 0' source list --json
printf '00019;x\n' >>exports/accounts.csv
expect "a broken record is shown" 0 "REJECTED at byte 7: 2 fields, want 3 as in the header [ragged_row]" source preview crm account
expect "… by a dry run too" 0 "exports/accounts.csv:4:7: 2 fields, want 3" ingest --dry-run
expect "… and fails the check" 12 "next: kenko source preview crm account" source check
expect "a source that is not there" 2 "has no source cmr" source preview cmr
expect "all that lies there is read" 0 "name                             type                        size" source discover crm
printf 'user,org,when\nu1,00017,2026-01-05\n' >exports/actions.csv
expect "a file that nothing reads is found" 0 "exports/actions.csv              file                    34 bytes" source discover crm
expect "… for programs too" 0 '"name": "exports/actions.csv", "rows": null, "bytes": 34, ' source discover crm --json
expect "… with an entry" 0 "        path: exports/actions.csv" source discover crm --yaml
expect "an entry is one of streams" 0 "          party: org" source discover crm --yaml
if "$kenko" source discover crm | grep -qE 'accounts.csv|kenko.yaml'; then
  echo "not ok: what is read already is not offered"
  failed=$((failed + 1))
else
  echo "ok: what is read already is not offered"
  passed=$((passed + 1))
fi
rm exports/actions.csv
expect "a source that is not there has nothing" 2 "has no source cmr" source discover cmr
expect "a verb that is not there" 2 "want kenko source list | check" source gues

cat >>kenko.yaml <<'Y'
  - name: app
    type: file
    streams:
      - stream: usage_metric
        path: exports/usage.csv
        fields: {party: who, at: day}
        values: [{metric: runs}]
Y
printf 'usage: [{name: runs}]\nmetrics: []\n' >metrics.yaml
printf 'who,day\nサンプルK.K.,2026-01-05\nサンプル商事,2026-01-05\n"-its $1 山田",2026-01-05\n' >exports/usage.csv
expect "usage of strangers loads" 0 "unresolved              2" ingest --source app
out=$("$kenko" identity unresolved)
expect "the likest account is named" 0 "0.67  00017  株式会社サンプル" identity unresolved
expect "accepting wants yes" 0 "0 of 2 would be accepted; say --yes to do it" identity unresolved --accept-above 0.95
expect "… and counts what is as like" 0 "1 of 2 would be accepted" identity unresolved --accept-above 0.6
commands=$(grep -oE '^ +kenko identity link .*' <<<"$out" | sed -E 's/^ +kenko/"$kenko"/; s/ACCOUNT$/00018/')
if [ "$(wc -l <<<"$commands")" = 2 ] && (set -e && eval "$commands") && [ -z "$("$kenko" identity unresolved)" ]; then
  echo "ok: the printed commands accept them"
  passed=$((passed + 1))
else
  echo "not ok: the printed commands are: $commands"
  failed=$((failed + 1))
fi
expect "a limit that is none" 2 "want 0.5 to 1" identity unresolved --accept-above 95
expect "yes to nothing" 2 "--yes wants --accept-above" identity unresolved --yes

finish
