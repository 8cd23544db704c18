/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/leavers.h"

#include "core/zone.h"
#include "support/sources.h"
#include "support/warehouse.h"

int32_t leavers_day(int year, int month, int d)
{
    return day_from_civil(year, month, d);
}

int32_t leavers_until(void)
{
    return leavers_day(2026, 3, 1);
}

int32_t leavers_end(const struct leavers *c, int a)
{
    return a < c->churns ? leavers_day(2025, 4, 1) + a * 280 / c->churns : LEAVERS_NEVER;
}

static void write_contracts(const struct leavers *c, const char *dir)
{
    g_autoptr(GString) accounts = g_string_new("id,name\n");
    g_autoptr(GString) contracts = g_string_new("id,account,start,end,arr,changed\n");
    for (int a = 0; a < LEAVERS_ACCOUNTS; a++) {
        char end[DAY_TEXT_SIZE], notice[DAY_TEXT_SIZE];
        g_string_append_printf(accounts, "a%03d,Account %d\n", a, a);
        g_string_append_printf(contracts, "k%03d,a%03d,2024-12-15,,100,2024-12-15\n", a, a);
        if (leavers_end(c, a) == LEAVERS_NEVER)
            continue;
        g_string_append_printf(contracts, "k%03d,a%03d,2024-12-15,%s,100,%s\n", a, a,
                               day_format(leavers_end(c, a), end),
                               day_format(leavers_end(c, a) - 3, notice));
    }
    sources_write(dir, "accounts.csv", accounts->str);
    sources_write(dir, "contracts.csv", contracts->str);
}

/* What is left of a leaver's usage in the last weeks, in thirds. */
static int thirds(const struct leavers *c, int32_t end)
{
    if (c->turns && end >= leavers_day(2025, 11, 25))
        return 6;
    return c->decline ? 2 : 3;
}

static void write_usage(const struct leavers *c, const char *dir)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    g_autoptr(GString) usage = g_string_new("account,day,runs,flag\n");
    for (int a = 0; a < LEAVERS_ACCOUNTS; a++) {
        int32_t end = leavers_end(c, a);
        for (int32_t d = leavers_day(2025, 1, 1); d < leavers_until() && d < end; d += 7) {
            char text[DAY_TEXT_SIZE];
            bool last = end != LEAVERS_NEVER && end - d <= 56;
            int runs = g_rand_int_range(rand, 5, 50) * (last ? thirds(c, end) : 3) / 3;
            g_string_append_printf(usage, "a%03d,%s,%d,%d\n", a, day_format(d, text), runs,
                                   last && c->flag);
        }
    }
    sources_write(dir, "usage.csv", usage->str);
}

const char *leavers_write(const struct leavers *c)
{
    g_autofree char *yaml = g_strdup_printf(
        "churn: {definition: contract_end, gap_days: %d}\n"
        "model: {horizon_days: %d%s%s}\n"
        "sources:\n"
        "  - name: crm\n"
        "    streams:\n"
        "      - {stream: account, path: accounts.csv, on_change: append,\n"
        "         fields: {party: id, name: name}}\n"
        "      - {stream: subscription, path: 'contracts*.csv', on_change: append,\n"
        "         fields: {external_id: id, party: account, start_on: start, end_on: end,\n"
        "                  arr: arr, changed_at: changed}}\n"
        "  - name: app\n"
        "    streams:\n"
        "      - stream: usage_metric\n"
        "        path: usage*.csv\n"
        "        on_change: append\n"
        "        party_source: crm\n"
        "        fields: {party: account, at: day}\n"
        "        values: [{metric: runs, field: runs}, {metric: flag, field: flag}]\n",
        LEAVERS_GAP, LEAVERS_HORIZON, c->model ? ", " : "", c->model ? c->model : "");
    const char *dir = sources_directory(yaml);
    sources_write(dir, "metrics.yaml",
                  "usage:\n"
                  "  - {name: runs, combine: sum}\n"
                  "  - {name: flag, combine: sum}\n"
                  "metrics:\n"
                  "  - {name: runs_28d, kind: sum, usage: runs, days: 28, direction: up}\n"
                  "  - {name: flag_28d, kind: sum, usage: flag, days: 28}\n"
                  "  - {name: tenure, kind: tenure_days}\n");
    sources_write(dir, "scorecards/default.yaml",
                  "name: default\n"
                  "bands: [{name: Red, below: 40}, {name: Green}]\n"
                  "groups:\n"
                  "  - name: use\n"
                  "    weight: 1\n"
                  "    measures: [{name: runs, metric: runs_28d, weight: 1, anchors: [{at: 0, "
                  "score: 0}, {at: 200, score: 100}]}]\n");
    write_contracts(c, dir);
    write_usage(c, dir);
    return dir;
}

struct db *leavers_load(const struct leavers *c, const char **dir)
{
    struct db *db = warehouse_open();
    *dir = leavers_write(c);
    sources_ingest(db, *dir, NULL);
    return db;
}
