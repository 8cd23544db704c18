#!/usr/bin/env python3
"""Every named query on the simulated company: it answers, and its answers agree with each other.

    queries.py KENKO CONFIG      prints ok or not ok for each, ends with 1 if one is not
"""
import json
import subprocess
import sys

kenko, config = sys.argv[1:3]
failed = 0


def ask(name, *values):
    run = subprocess.run([kenko, "-C", config, "query", name, *values, "--json"], capture_output=True, text=True)
    if run.returncode != 0:
        print(f"not ok: query {name}: {run.stderr.strip()}")
        return []
    return json.loads(run.stdout)


def holds(name, condition, shown=""):
    global failed
    if not condition:
        failed += 1
    print(f"{'ok' if condition else 'not ok'}: query {name} {shown}".rstrip())


def total(rows, column):
    return sum(row[column] or 0 for row in rows)


def near(a, b):
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1)


listed = {q["name"] for q in json.loads(subprocess.run([kenko, "query", "--json"], capture_output=True, text=True).stdout)}
bands, losses = ask("portfolio_by_band"), ask("top_losses")
accounts, loss = total(bands, "accounts"), total(bands, "expected_loss")
unknown = total([row for row in bands if row["band"] == "Unknown"], "accounts")
holds("portfolio_by_band", accounts > 1000 and near(total(bands, "arr_share"), 1), f"{accounts} customers")
holds("top_losses", len(losses) == accounts and near(total(losses, "expected_loss"), loss)
      and all(a["expected_loss"] >= b["expected_loss"] for a, b in zip(losses, losses[1:])))
for name in "portfolio_by_segment", "owner_load":
    rows = ask(name)
    holds(name, len(rows) > 1 and total(rows, "accounts") == accounts and near(total(rows, "expected_loss"), loss)
          and total(rows, "unknown") == unknown > 0)
owner = ask("owner_load")[0]["owner_email"]
mine = ask("top_losses", f"owner={owner}")
holds("top_losses of an owner", mine == [row for row in losses if row["owner_email"] == owner] and mine != [])

soon, months = ask("renewals_at_risk", "days=100000"), ask("renewals_by_month")
holds("renewals_by_month", near(total(months, "arr") - total(months, "arr_renewed"), total(soon, "arr"))
      and near(total(months, "expected_loss"), total(soon, "expected_loss")))
holds("renewals_at_risk", len(soon) == total(months, "contracts") - total(months, "renewed") > 100
      and ask("renewals_at_risk", "days=30") == [row for row in soon if row["days"] <= 30])

moves, fell = ask("band_moves", "days=7"), ask("health_fell", "days=7", "points=5")
holds("band_moves", total(moves, "accounts") == accounts and any(m["band"] != m["band_before"] for m in moves))
holds("health_fell", len(fell) > 5 and all(near(f["health"] - f["health_before"], f["change"]) and f["change"] <= -5 for f in fell))
outcome, green = ask("band_outcome"), ask("green_that_churned", "band=Unknown")
rate = {row["band"]: row["rate"] for row in outcome}
holds("band_outcome", rate["Yellow"] > rate["Green"] > 0, f"Green {rate['Green']:.3f}, Yellow {rate['Yellow']:.3f}")
left = sorted(green, key=lambda g: g["churned_on"])
middle = left[len(left) // 2]["churned_on"] if left else ""
holds("green_that_churned", len(left) > 20 and {g["band_90"] for g in left} == {"Unknown"}
      and len(ask("green_that_churned", "band=Unknown", f"since={middle}")) == sum(g["churned_on"] >= middle for g in left))

retention, quarters = ask("retention"), {r["period"]: r for r in ask("arr_movements", "period=quarter")}
holds("retention", len(retention) > 3 and all(near(r["arr_start"], quarters[r["period"]]["arr_start"]) for r in retention)
      and all(r["grr"] is None or 0 < r["grr"] <= 1 and r["grr"] <= r["nrr"] + 1e-6 for r in retention))
parts = "arr_start", "arr_new", "arr_resurrection", "arr_expansion", "arr_contraction", "arr_churn"
holds("arr_movements", all(near(sum(m[p] for p in parts), m["arr_end"]) for m in ask("arr_movements")))
reasons = ask("churn_by_reason", "months=24")
holds("churn_by_reason", total(reasons, "accounts") > 50
      and any(r["reason"] for r in reasons))
cohorts = ask("cohort_retention")
holds("cohort_retention", any(c["logo"] not in (None, 1) for c in cohorts)
      and all(c["logo"] is None or abs(c["retained"] / c["customers"] - c["logo"]) < 1e-6 for c in cohorts if c["customers"]))
forecast = ask("renewal_forecast")
holds("renewal_forecast", len(forecast) >= 4 and all(f["arr_p10"] <= f["arr_p50"] <= f["arr_p90"] <= f["arr"] for f in forecast))

budgets = ask("slo_budgets")
levels = ask("service_levels")
holds("service_levels", total([row for row in levels if row["state"] in ("BREACHED", "WARNING")], "accounts") == len(budgets))
holds("slo_budgets", len(budgets) > 10 and {b["state"] for b in budgets} == {"BREACHED", "WARNING"}
      and all(b["budget_left"] < 0 for b in budgets if b["state"] == "BREACHED"))
incidents, connectors = ask("incidents_by_arr"), ask("failures_by_connector")
impact = ask("incident_impact")
holds("incident_impact", total(impact, "incidents") == len(incidents) and near(total(impact, "minutes"), total(incidents, "minutes")))
holds("incidents_by_arr", len(incidents) > 5 and all(i["accounts"] > 0 and i["minutes"] > 0 for i in incidents))
holds("failures_by_connector", len(connectors) > 2 and all(c["platform"] + c["customer"] <= c["failed"] for c in connectors)
      and sum(c["platform"] for c in connectors) > 0)
late, signs = ask("onboarding_late"), ask("signs_that_stand", "kind=risk")
holds("onboarding_late", late and all(row["age_days"] > row["days_p75"] for row in late))
holds("signs_that_stand", len(signs) > 10 and {s["kind"] for s in signs} == {"risk"}
      and len(ask("signs_that_stand")) > len(signs))

account = losses[0]["account"]
history, measures = ask("health_over_time", f"account={account}"), ask("account_measures", f"account={account}")
holds("health_over_time", len(history) == 3 and near(history[0]["health"], losses[0]["health"]))
cost = {c["label"]: c["lost"] for c in ask("what_costs_health")}
holds("what_costs_health", len(cost) >= len(measures) and all(cost[m["label"]] >= (m["lost"] or 0) for m in measures))
holds("account_measures", len(measures) > 5 and abs(total(measures, "contribution") - history[0]["health"]) < 1e-9
      and abs(total(measures, "lost") - (100 - history[0]["health"])) < 1e-9)
usage = ask("account_usage", f"account={account}", "days=60")
one = usage[0]["metric"]
holds("account_usage", ask("account_usage", f"account={account}", f"metric={one}", "days=60") == [u for u in usage if u["metric"] == one])

unhappy = ask("detractors_by_arr")
holds("detractors_by_arr", len(unhappy) > 1 and all(0 < d["detractors"] <= d["people"] for d in unhappy)
      and all((a["arr"] or 0) >= (b["arr"] or 0) for a, b in zip(unhappy, unhappy[1:])))
expiring = ask("sentiment_expiring", "days=1000")
holds("sentiment_expiring", len(expiring) > 1 and all(1 <= s["value"] <= 5 for s in expiring)
      and ask("sentiment_expiring", "days=0") == [s for s in expiring if s["days_left"] <= 0])

proof = subprocess.run([kenko, "-C", config, "backtest", "--scorecard", "default", "--store", "--json"], capture_output=True,
                       text=True)
found = json.loads(proof.stdout)["spans"] if proof.returncode == 0 else []
span = next((s for s in found if s["days"] == 90), {"bands": [], "leavers": 0})
rates = ask("scorecard_proof", "scorecard=default")
holds("scorecard_proof", len(rates) > 3 and near(total(rates, "leavers_share"), 1 if span["leavers"] else 0)
      and all((r["band"], r["customers"], r["churned"]) == (b["band"], b["n"], b["left"]) for r, b in zip(rates, span["bands"]))
      and all(r["rate"] is None or r["rate_low"] <= r["rate"] <= r["rate_high"] for r in rates), proof.stderr[-200:])

fresh = ask("data_freshness")
holds("data_freshness", all(near(f["loaded"] + f["duplicate"] + f["ignored"] + f["rejected"], f["records"]) for f in fresh)
      and total(fresh, "records") > 100000)
holds("unresolved_arr", len(ask("unresolved_arr")) >= 1)
service = ask("scores_on_time")
holds("scores_on_time", len(service) == 3 and service[0]["accounts"] == accounts)
holds("metrics_in_doubt", ask("metrics_in_doubt") == [])
named = {word.split('"')[0] for word in open(__file__).read().split('ask("')[1:]} | {"portfolio_by_segment", "owner_load"}
holds("of each name is asked here", listed <= named, str(sorted(listed - named)) if listed - named else "")
sys.exit(failed > 0)
