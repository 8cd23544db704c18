#!/usr/bin/env bash
# kenko revenue: from files of contracts to what they did, with a dollar that moves.
# shellcheck source=tests/support/script.sh
. "${KENKO_SOURCE:?}/tests/support/script.sh"
mkdir "$scratch/config"
export KENKO_CONFIG="$scratch/config"
cat >"$KENKO_CONFIG/kenko.yaml" <<'END'
organisation: Test
time_zone: Asia/Tokyo
currency: JPY
language: en
churn: {definition: contraction, contraction_share: 0.4}
sources:
  - name: crm
    type: file
    streams:
      - stream: account
        path: accounts.csv
        fields: {party: id}
      - stream: subscription
        path: contracts.csv
        fields: {external_id: id, party: account, product: product, start_on: start, end_on: end,
                 arr: arr, currency: currency, churn_reason: reason, competitor: competitor}
      - stream: fx_rate
        path: rates.csv
        fields: {currency: currency, day: day, rate: rate}
END
printf 'metrics:\n  - {name: arr, kind: arr}\n' >"$KENKO_CONFIG/metrics.yaml"
printf 'id\na\nb\nc\n=d\n' >"$KENKO_CONFIG/accounts.csv"
cat >"$KENKO_CONFIG/contracts.csv" <<'END'
id,account,product,start,end,arr,currency,reason,competitor
1,a,core,2025-01-01,,100,USD,,
2,b,core,2025-01-10,2025-03-01,5000,JPY,price,Rival
3,c,core,2025-01-01,2025-02-15,9000,JPY,,
4,c,core,2025-02-15,,5000,JPY,,
5,=d,core,2025-02-01,2025-04-10,1000,JPY,,
END
printf 'currency,day,rate\nUSD,2024-01-01,150\nUSD,2025-02-28,140\n' >"$KENKO_CONFIG/rates.csv"
holds "contracts are loaded" "$kenko" ingest -q >"$scratch/seen" 2>&1

is() { # NAME WANT COMMAND…
  local name=$1 want=$2 found
  shift 2
  found=$("$@" 2>&1 | tr -d '\r')
  verdict "$name" "$([ "$found" = "$want" ] || printf '%s' "$found")"
}
head="period,currency,arr_start,revalued,new,resurrection,expansion,contraction,churn,arr_end,n_new,n_resurrection,n_expansion,n_contraction,n_churn"
is "a currency that moves is no movement but shows between periods" "$head
2025-01,JPY,0,,29000,0,0,0,0,29000,3,0,0,0,0
2025-02,JPY,29000,0,1000,0,0,-4000,0,26000,1,0,0,1,0
2025-03,JPY,25000,-1000,0,0,0,0,-5000,20000,0,0,0,0,1" \
  "$kenko" revenue movements --as-of 2025-04-01 --from 2025-01-01 --csv
is "one currency is told in its own unit" "$head
2025-01,USD,0.00,,100.00,0.00,0.00,0.00,0.00,100.00,1,0,0,0,0" \
  "$kenko" revenue movements --as-of 2025-02-01 --from 2025-01-01 --currency USD --csv
is "a name that is a formula is none in a spreadsheet" "period,account,movement,currency,arr_start,arr_end,delta
2025-02,\"'=d\",new,JPY,0,1000,1000
2025-02,c,contraction,JPY,9000,5000,-4000" \
  "$kenko" revenue movements --as-of 2025-03-01 --from 2025-02-01 --accounts --csv
is "churn is told by reason with what it was seen by" "reason,competitor,seen_by,definition,n,currency,arr
,,contraction,contraction,1,JPY,4000
price,Rival,contract end,contraction,1,JPY,5000" \
  "$kenko" revenue churn --as-of 2025-04-01 --from 2025-01-01 --csv
is "nobody left is 0 and no base is blank" '[{"n_base": 3, "churn": 0}, {"n_base": 0, "churn": null}]' \
  python3 -c 'import json, subprocess, sys
ask = lambda *days: json.loads(subprocess.run([sys.argv[1], "revenue", "retention", "--json", "--as-of", "2025-04-01", "--from", days[0], "--to", days[1]], capture_output=True, text=True).stdout)[0]
print(json.dumps([{"n_base": r["n_base"], "churn": 0 if r["logo_churn"] == 0 else r["logo_churn"]} for r in (ask("2025-01-31", "2025-02-28"), ask("2024-01-31", "2024-02-28"))]))' "$kenko"
printf 'id\ne\n' >"$KENKO_CONFIG/accounts-2.csv"
sed -i 's/path: accounts.csv/path: accounts*.csv/; s/path: contracts.csv/path: contracts*.csv/' "$KENKO_CONFIG/kenko.yaml"
cat >"$KENKO_CONFIG/contracts-2.csv" <<'END'
id,account,product,start,end,arr,currency,reason,competitor
6,e,core,2025-01-01,2025-02-10,9000,JPY,,
7,e,core,2025-02-10,2025-02-15,4000,JPY,,
8,e,core,2025-02-15,,8000,JPY,,
END
holds "more contracts are loaded" "$kenko" ingest -q >"$scratch/seen" 2>&1
is "a contraction that is made good within the gap is no churn" "account,churned_on,seen_by,definition,currency,arr
c,2025-02-15,contraction,contraction,JPY,4000" \
  sh -c '"$0" revenue churn --as-of 2025-03-01 --from 2025-01-01 --accounts --csv | cut -d, -f1-6' "$kenko"
answers "a renewal without a risk says where risks come from" 0 "no published run of the last month" \
  "$kenko" revenue renewals --as-of 2025-04-01
answers "cohorts are a square" 0 "2025-01" "$kenko" revenue cohorts --as-of 2025-04-01
answers "an unknown currency is refused" 2 "want a code of ISO 4217" "$kenko" revenue movements --currency YEN
answers "days the wrong way round are refused" 2 "must lie before" \
  "$kenko" revenue churn --from 2025-02-01 --to 2025-01-01
answers "an unknown question lists those there are" 2 "movements | retention" "$kenko" revenue arr
finish
