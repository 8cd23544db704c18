#!/usr/bin/env bash
# kenko backtest --scorecard and kenko plan: a company of which every fourth uses less and leaves.
# shellcheck source=tests/support/script.sh
. "${KENKO_SOURCE:?}/tests/support/script.sh"
mkdir -p "$scratch/config/scorecards"
export KENKO_CONFIG="$scratch/config"
cat >"$KENKO_CONFIG/kenko.yaml" <<'END'
organisation: Test
time_zone: Asia/Tokyo
currency: JPY
language: en
churn: {definition: contract_end, gap_days: 7}
sources:
  - name: crm
    type: file
    streams:
      - {stream: account, path: accounts.csv, fields: {party: id}}
      - stream: subscription
        path: contracts.csv
        fields: {external_id: id, party: account, start_on: start, end_on: end, arr: arr, changed_at: changed}
  - name: app
    type: file
    streams:
      - stream: usage_metric
        path: usage.csv
        party_source: crm
        fields: {party: account, at: day}
        values: [{metric: runs, field: runs}]
END
cat >"$KENKO_CONFIG/metrics.yaml" <<'END'
usage:
  - {name: runs, combine: sum}
metrics:
  - {name: runs_28d, label: Job runs, kind: sum, usage: runs, days: 28, direction: up}
  - {name: tenure, kind: tenure_days}
END
card='name: default
bands: [{name: Red, below: 40}, {name: Yellow, below: 70}, {name: Green}]
groups:
  - name: use
    measures:
      - {name: runs, label: Job runs, metric: runs_28d, anchors: [{at: 0, score: 0}, {at: 40, score: 100}]}'
printf '%s\n' "$card" >"$KENKO_CONFIG/scorecards/default.yaml"
python3 - "$KENKO_CONFIG" <<'END'
import datetime, sys
day = datetime.date.fromisoformat
begin, until = day("2025-01-01"), day("2026-03-01")
accounts, contracts, usage = ["id"], ["id,account,start,end,arr,changed"], ["account,day,runs"]
for a in range(80):
    key, end = f"a{a:02d}", begin + datetime.timedelta(120 + a * 3) if a % 4 == 0 else None
    accounts.append(key)
    contracts.append(f"k{a},{key},2024-12-15,,{1000 + a},2024-12-15")
    if end:
        contracts.append(f"k{a},{key},2024-12-15,{end},{1000 + a},{end - datetime.timedelta(3)}")
    d = begin
    while d < (end or until):
        usage.append(f"{key},{d},{3 if end and (end - d).days <= 50 else 10 + a % 3}")
        d += datetime.timedelta(7)
for name, rows in (("accounts", accounts), ("contracts", contracts), ("usage", usage)):
    open(f"{sys.argv[1]}/{name}.csv", "w").write("\n".join(rows) + "\n")
END
holds "the company is loaded" "$kenko" ingest -q >"$scratch/seen" 2>&1
ask=$scratch/ask
printf '#!/bin/sh\nexec "%s" "$@" --as-of 2026-03-01 -q\n' "$kenko" >"$ask"
chmod +x "$ask"

answers "bands are told with intervals" 0 "Of customers in a band" "$ask" backtest --scorecard default
answers "those who left are told by band" 0 "Of the customers that left, and of their ARR" "$ask" backtest --scorecard default
answers "a measure's values are shown when asked" 0 "Who left, by the value of a measure" "$ask" backtest --scorecard default --measure runs
answers "a measure that is not there is named" 2 "has no measure 'rums'" "$ask" backtest --scorecard default --measure rums
answers "what belongs to a scorecard wants one" 2 "only there --measure" "$kenko" backtest --measure runs
seen=$("$ask" backtest --scorecard "$KENKO_CONFIG/scorecards/default.yaml" --json | python3 -c '
import json, sys
p = json.load(sys.stdin)
spans = {s["days"]: s for s in p["spans"]}
ok = (sorted(spans) == [30, 60, 90, 180] and spans[30]["leavers"] == 20
      and all(sum(b["left"] for b in s["bands"]) == s["all"]["left"] for s in spans.values())
      and spans[30]["auc"] > 0.9 and p["worst"]["had_it"] == p["worst"]["leavers"]
      and 15 <= p["worst"]["median_days"] <= 30)
print("" if ok else p)')
verdict "a file is judged, and all its losses are found" "$seen"
holds "a page is written" "$ask" backtest --scorecard default --output "$scratch/proof.html"
kept "a proof in Japanese is as kept" proof.ja.txt "$ask" backtest --scorecard default --measure all --language ja
answers "a language that nobody speaks is named" 2 "--language is 'xx', want en or ja" "$ask" backtest --scorecard default --language xx
holds "it holds the bars of the measures" grep -q 'Who left, by the value of a measure' "$scratch/proof.html"

# All began in December 2024, before usage is on record; every fourth leaves between May and December.
seen=$("$kenko" revenue cohorts --activity runs --csv --as-of 2026-03-01 | tr -d '\r' | cut -d, -f1,2,4- | sed -n '1,3p;15,17p')
verdict "cohorts are told by who used the product" "$([ "$seen" = "cohort,age,n,n_active,active,active_exact
2024-12,0,80,,,
2024-12,1,80,80,1.000000000,1/1
2024-12,13,80,60,0.750000000,3/4
2024-12,14,80,60,0.750000000,3/4
2024-12,15,80,,," ] || printf '%s' "$seen")"
answers "usage that nothing reads is named" 2 "--activity is 'rums'" "$kenko" revenue cohorts --activity rums

printf '%s\n' "$card" | sed 's/below: 70/below: 95/' >"$scratch/edit.yaml"
printf '      - {name: tenure, metric: tenure, direction: none, anchors: [{at: 0, score: 0}, {at: 900, score: 100}]}\n' >>"$scratch/edit.yaml"
answers "a plan says who changes band" 0 "Who changes band" "$ask" plan --scorecard "$scratch/edit.yaml"
answers "and what both would have foretold" 0 "As it would be" "$ask" plan --scorecard "$scratch/edit.yaml"
seen=$("$ask" plan --scorecard "$scratch/edit.yaml" --json | python3 -c '
import json, sys
p = json.load(sys.stdin)
ok = (p["changed"] == len(p["changes"]) > 0 and p["accounts"] == 60
      and all(sum(c["parts_bp"].values()) == c["after_bp"] - c["before_bp"] for c in p["changes"])
      and sum(b["accounts"] for b in p["histogram"]) == p["compared"]
      and [m["edit"] for m in p["measures"]][:2] == ["weighs otherwise", "added"]
      and p["backtest_before"]["spans"][3]["leavers"] == 20 and p["backtest_after"])
print("" if ok else p)')
verdict "the parts of every change add up" "$seen"
holds "a plan is written as a page" "$ask" plan --scorecard "$scratch/edit.yaml" --output "$scratch/plan.html"
kept "a plan in Japanese is as kept" plan.ja.txt "$ask" plan --scorecard "$scratch/edit.yaml" --language ja
sed 's/days: 28/days: 14/' "$KENKO_CONFIG/metrics.yaml" >"$scratch/metrics.yaml"
answers "edited metrics are planned" 0 "judges otherwise" "$ask" plan --metrics "$scratch/metrics.yaml" --no-backtest
cp -r "$KENKO_CONFIG" "$scratch/next"
sed -i 's/^language: en/language: ja/' "$scratch/next/kenko.yaml"
answers "a page is in the configured language" 0 "区分が変わる顧客" env KENKO_CONFIG="$scratch/next" "$ask" plan "$scratch/next" --no-backtest
answers "a directory that is the same changes nobody" 0 "Change band: 0 of 60" "$ask" plan "$scratch/next" --no-backtest
sed -i 's/below: 95/below: 30/' "$scratch/edit.yaml"
answers "a plan that is refused has its place" 2 "edit.yaml:2:" "$ask" plan --scorecard "$scratch/edit.yaml"
sed -i 's/kind: sum/kind: sun/' "$scratch/metrics.yaml"
answers "and says which file" 2 "$scratch/metrics.yaml" "$ask" plan --metrics "$scratch/metrics.yaml"
answers "a plan wants an edit" 2 "want an edited configuration" "$kenko" plan
verdict "nothing was written" "$("$kenko" scorecard list --json; "$kenko" runs --json | grep -v ingest | grep job)"
finish
