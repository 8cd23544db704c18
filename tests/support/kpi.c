/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/kpi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/oracle.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char configuration[] =
    "organisation: Test\ntime_zone: Asia/Tokyo\ncurrency: JPY\nlanguage: en\n"
    "churn: {definition: %s, gap_days: 7}\n"
    "sources:\n"
    "  - name: crm\n"
    "    type: file\n"
    "    streams:\n"
    "      - stream: account\n"
    "        path: accounts.csv\n"
    "        fields: {party: account}\n"
    "      - stream: subscription\n"
    "        path: subscriptions.csv\n"
    "        fields: {party: account, external_id: sub_id, product: product, start_on: start,\n"
    "                 end_on: end, arr: mrr, currency: currency}\n"
    "        transform: {arr: monthly}\n"
    "      - stream: fx_rate\n"
    "        path: rates.csv\n"
    "        fields: {currency: currency, day: day, rate: rate}\n";

char *kpi_text(const char *name)
{
    g_autofree char *path =
        g_build_filename(g_getenv("KENKO_TEST_DATA"), "oracles", "kpi", name, NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL) || *text != '#')
        fail_msg("cannot read %s, or it does not begin with what it is", path);
    return g_strdup(strchr(text, '\n') + 1);
}

struct db *kpi_load_or_skip(const char *definition, const char **directory)
{
    oracle_or_skip();
    struct db *db = warehouse_open();
    g_autofree char *yaml = g_strdup_printf(configuration, definition);
    g_autofree char *ledger = kpi_text("subscriptions.csv");
    g_autofree char *scenarios = kpi_text("scenarios.csv");
    *directory = sources_directory("");
    sources_write(*directory, "kenko.yaml", yaml);
    sources_write(*directory, "metrics.yaml",
                  "metrics:\n  - {name: arr, label: ARR, kind: arr, unit: JPY, direction: up}\n");
    sources_write(*directory, "accounts.csv", scenarios);
    sources_write(*directory, "subscriptions.csv", ledger);
    sources_write(*directory, "rates.csv", "currency,day,rate\nUSD,2020-01-01,150\n");
    warehouse_sql(db, "INSERT INTO ops.setting (name, value) VALUES ('currency', 'JPY')");
    sources_ingest(db, *directory, NULL);
    return db;
}

void kpi_expect(const char *name, const char *text)
{
    g_autofree char *expected = kpi_text(name);
    g_auto(GStrv) want = g_strsplit(expected, "\n", -1), have = g_strsplit(text, "\n", -1);
    for (guint i = 0; want[i] || have[i]; i++) {
        if (g_strcmp0(want[i], have[i]) != 0)
            fail_msg("%s, line %u:\n  want %s\n  have %s", name, i + 2,
                     want[i] ? want[i] : "no more", have[i] ? have[i] : "no more");
    }
}
