/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Service levels against tables that were computed by others, to the cell: from the files through
 * ingest into a warehouse, and out again. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/fault.h"
#include "scoring/slo_scene.h"
#include "support/oracle.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: job\n"
    "        path: jobs.csv\n"
    "        fields: {external_id: job_id, party: account, connector: connector,\n"
    "          executor: executor_type, status: status, created_at: created_at,\n"
    "          finished_at: finished_at}\n"
    "      - stream: incident\n"
    "        path: incidents.csv\n"
    "        fields: {external_id: incident, component: connector, started_at: start,\n"
    "          resolved_at: end}\n";

static const char accounts[] = "id\ns1\ns2\ns3\ns4\ns5\ns6\ns7\ns8\n";

/* The rows of an oracle's table; the first line says what it is. */
static char *table(const char *name)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *path =
        g_build_filename(g_getenv("KENKO_TEST_DATA"), "oracles", "slo", name, NULL);
    char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, &err))
        fail_msg("%s", err->message);
    char *rows = g_strdup(strchr(text, '\n') + 1);
    g_free(text);
    return rows;
}

static const char *directory(const char *jobs, const char *slo)
{
    const char *dir = sources_directory(sources);
    g_autofree char *runs = table(jobs), *incidents = table("incidents.csv");
    if (!strstr(runs, "created_at")) {
        g_autofree char *head = g_strdup(strchr(runs, '\n'));
        g_autofree char *with = g_strconcat(
            "job_id,account,connector,executor_type,status,finished_at,created_at", head, NULL);
        g_auto(GStrv) lines = g_strsplit(with, "\n", -1);
        for (int i = 1; lines[i] && *lines[i]; i++) {
            char *longer = g_strconcat(lines[i], ",", NULL);
            g_free(lines[i]);
            lines[i] = longer;
        }
        g_free(runs);
        runs = g_strjoinv("\n", lines);
    }
    sources_write(dir, "accounts.csv", accounts);
    sources_write(dir, "jobs.csv", runs);
    sources_write(dir, "incidents.csv", incidents);
    sources_write(dir, "slo.yaml", slo);
    return dir;
}

static void look(struct slo_scene *scene, struct db *db, const char *dir, const char *at)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    g_autoptr(zone_t) zone = zone_open("UTC", NULL);
    int64_t t;
    if (!config || !slo_instant(zone, at, &t, &err) ||
        !slo_scene_open(scene, db, config, -1, t, t, &err))
        fail_msg("%s", err->message);
}

static void put_fraction(GString *out, struct slo_fraction f)
{
    if (f.d)
        g_string_append_printf(out, ",%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, f.n, f.d);
    else
        g_string_append_c(out, ',');
}

static char *row_of(const char *account, const char *at, const struct slo_result *r, size_t burns)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(out, "%s,%s,%d,%d,%d", account, at, (int)r->count.total,
                           (int)(r->count.total - r->count.spent), (int)r->count.spent);
    put_fraction(out, r->sli);
    put_fraction(out, r->budget_left);
    if (isnan(r->wilson_low))
        g_string_append(out, ",,");
    else
        g_string_append_printf(out, ",%.12f,%.12f", r->wilson_low, r->wilson_high);
    for (size_t i = 0; i < burns; i++) {
        const struct slo_burn *b = &r->burn[i];
        g_string_append_printf(out, ",%d,%d", (int)b->over_long.total, (int)b->over_short.total);
        put_fraction(out, b->rate_long);
        put_fraction(out, b->rate_short);
        g_string_append_printf(out, ",%s", slo_burn_state_name(b->state));
    }
    g_string_append_printf(out, ",%s,%s", slo_state_name(r->state), slo_verdict_name(r->verdict));
    return g_strdup(out->str);
}

static const char objectives[] = "slos:\n"
                                 "  - name: transfer\n"
                                 "    service: transfer\n"
                                 "    sli: success\n"
                                 "    executors: [scheduler, workflow, api, job_dependency]\n"
                                 "    objective: 0.99\n"
                                 "    window: 28d\n"
                                 "    min_events: 20\n"
                                 "    burn:\n"
                                 "      - {name: page_fast, long: 1h, short: 5m, factor: 14.4}\n"
                                 "      - {name: page_slow, long: 6h, short: 30m, factor: 6}\n"
                                 "      - {name: ticket, long: 3d, short: 6h, factor: 1}\n"
                                 "    objectives:\n"
                                 "      - {objective: 0.98, accounts: [s2]}\n"
                                 "      - {objective: 0.9, accounts: [s3]}\n"
                                 "      - {objective: 0.95, accounts: [s5, s7]}\n"
                                 "      - {objective: 0.8, accounts: [s8]}\n";

static void every_account_and_instant_is_as_the_oracle_says(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = directory("jobs.csv", objectives);
    g_autofree char *want = table("slo_expected.csv");
    g_auto(GStrv) lines = g_strsplit(want, "\n", -1);
    struct slo_scene scene = {0};
    int checked = 0;
    sources_ingest(db, dir, NULL);
    g_autoptr(GHashTable) by_instant = g_hash_table_new(g_str_hash, g_str_equal);
    for (int i = 1; lines[i] && *lines[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(lines[i], ",", 3);
        g_hash_table_add(by_instant, (gpointer)(uintptr_t)g_intern_string(cell[1]));
    }
    GHashTableIter iter;
    gpointer at;
    g_hash_table_iter_init(&iter, by_instant);
    while (g_hash_table_iter_next(&iter, &at, NULL)) {
        look(&scene, db, dir, at);
        for (int i = 1; lines[i] && *lines[i]; i++) {
            g_auto(GStrv) cell = g_strsplit(lines[i], ",", 3);
            size_t account;
            struct slo_result result;
            if (strcmp(cell[1], at) != 0)
                continue;
            assert_true(slo_scene_account(&scene, cell[0], &account, NULL));
            slo_evaluate(scene.lens, 0, account, &result);
            g_autofree char *row = row_of(cell[0], cell[1], &result, 3);
            assert_string_equal(row, lines[i]);
            checked++;
        }
        slo_scene_close(&scene);
    }
    assert_true(checked >= 104);
}

/* ── whose fault ─────────────────────────────────────────────────────────────────────────────────
 */

static const char attribution[] =
    "slos:\n"
    "  - {name: sla, service: transfer, sli: success, objective: 0.9, spends: platform,\n"
    "     window: 28d, min_events: 1}\n"
    "faults:\n"
    "  before: 15m\n"
    "  after: 15m\n"
    "  accounts: 3\n"
    "  tail: 0.0001\n"
    "  baseline:\n"
    "    - {connector: cx_pg, share: 0.01}\n"
    "    - {connector: cx_bq, share: 0.02}\n"
    "    - {connector: cx_sf, share: 0.05}\n"
    "    - {connector: cx_s3, share: 0.002}\n"
    "    - {connector: cx_zero, share: 0}\n";

struct verdicts {
    const struct slo_scene *scene;
    GHashTable *row; /* by job id */
};

static int64_t share_of(const char *connector)
{
    static const struct {
        const char *connector;
        int64_t share;
    } shares[] = {
        {"cx_pg", 10000000}, {"cx_bq", 20000000}, {"cx_sf", 50000000}, {"cx_s3", 2000000}};
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
        if (strcmp(shares[i].connector, connector) == 0)
            return shares[i].share;
    }
    return 0;
}

static void on_fault(void *context, const struct fault *fault)
{
    struct verdicts *v = context;
    const struct facts *facts = v->scene->facts;
    size_t n;
    const struct facts_run *run = &facts_runs(facts, &n)[fault->run];
    const char *connector = facts_word(facts, run->connector);
    g_autofree char *exact = isnan(fault->tail)
                                 ? g_strdup("")
                                 : fault_tail_exact(fault->n, fault->k, share_of(connector));
    g_autofree char *tail = fault->tail > 0 ? g_strdup_printf("%.12e", fault->tail) : g_strdup("0");
    g_autoptr(GString) text = g_string_new(isnan(fault->tail) ? "" : tail);
    /* 1.5e-05 is written 1.5e-5 there. */
    g_string_replace(text, "e-0", "e-", 0);
    g_string_replace(text, "e+00", "e+0", 0);
    g_hash_table_insert(v->row, g_strdup(run->external_id),
                        g_strdup_printf("%d,%d,%s,%s,%d,%d,%s", (int)fault->n, (int)fault->k, exact,
                                        text->str, fault->incident != NULL, fault->is_burst,
                                        fault_verdict_name((enum fault_verdict)slo_lens_verdicts(
                                            v->scene->lens)[fault->run])));
}

static void every_failure_is_attributed_as_the_oracle_says(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = directory("attr_jobs.csv", attribution);
    g_autofree char *want = table("attribution_expected.csv");
    g_auto(GStrv) lines = g_strsplit(want, "\n", -1);
    g_autoptr(GHashTable) rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    struct slo_scene scene;
    int checked = 0;
    sources_ingest(db, dir, NULL);
    look(&scene, db, dir, "2025-04-20T00:00:00Z");
    struct verdicts v = {&scene, rows};
    slo_lens_faults(scene.lens, INT64_MIN / 2, on_fault, &v);
    for (int i = 1; lines[i] && *lines[i]; i++, checked++) {
        g_auto(GStrv) cell = g_strsplit(lines[i], ",", 5);
        const char *row = g_hash_table_lookup(rows, cell[0]);
        if (!row)
            fail_msg("%s has no verdict", cell[0]);
        if (strcmp(row, cell[4]) != 0)
            fail_msg("%s: %s, want %s", cell[0], row, cell[4]);
    }
    assert_true(checked >= 65);
    assert_int_equal(g_hash_table_size(rows), checked);
    slo_scene_close(&scene);
}

static void only_the_platforms_failures_spend_the_budget(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = directory("attr_jobs.csv", attribution);
    g_autofree char *want = table("attribution_budget.csv");
    g_auto(GStrv) lines = g_strsplit(want, "\n", -1);
    struct slo_scene scene;
    sources_ingest(db, dir, NULL);
    look(&scene, db, dir, "2025-04-20T00:00:00Z");
    for (int i = 1; lines[i] && *lines[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(lines[i], ",", -1);
        size_t account;
        struct slo_result r;
        g_autoptr(GString) row = g_string_new(cell[0]);
        assert_true(slo_scene_account(&scene, cell[0], &account, NULL));
        slo_evaluate(scene.lens, 0, account, &r);
        g_string_append_printf(row, ",%d,%d,%d", (int)r.count.total, (int)r.count.platform,
                               (int)(r.count.bad - r.count.platform));
        put_fraction(row, r.budget_left);
        assert_string_equal(row->str, lines[i]);
    }
    slo_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_account_and_instant_is_as_the_oracle_says),
        cmocka_unit_test(every_failure_is_attributed_as_the_oracle_says),
        cmocka_unit_test(only_the_platforms_failures_spend_the_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
