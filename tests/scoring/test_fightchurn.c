/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Side by side with fight-churn's listings on what its own simulator made: the same counts of 28
 * days (3.3) and the same figures (2.1 to 2.5), but 0 where it answers NULL. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "scoring/known.h"
#include "scoring/retention.h"
#include "scoring/revenue.h"
#include "support/oracle.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { EVENTS = 8, WEEKS = 18 };

/* In the order of its event types. */
static const char *const events[EVENTS] = {"post",    "newfriend", "like",    "adview",
                                           "dislike", "unfriend",  "message", "reply"};

static char *path_of(const char *name)
{
    return g_build_filename(g_getenv("KENKO_TEST_DATA"), "data", "fightchurn", name, NULL);
}

static char *text_of(const char *name)
{
    g_autofree char *path = path_of(name);
    char *text;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("cannot read %s", path);
    return text;
}

static void copy_of(const char *directory, const char *name)
{
    gsize n;
    g_autofree char *from = path_of(name), *to = g_build_filename(directory, name, NULL);
    g_autofree char *bytes = NULL;
    if (!g_file_get_contents(from, &bytes, &n, NULL) ||
        !g_file_set_contents(to, bytes, (gssize)n, NULL))
        fail_msg("cannot copy %s", from);
}

/* Everybody with a contract, once. */
static char *list_accounts(void)
{
    g_autofree char *contracts = text_of("subscription.csv");
    g_auto(GStrv) line = g_strsplit(contracts, "\n", -1);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) out = g_string_new("id\n");
    for (guint i = 1; line[i] && *line[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", 2);
        if (g_hash_table_add(seen, g_strdup(cell[0])))
            g_string_append_printf(out, "%s\n", cell[0]);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static struct db *load(const char **directory)
{
    g_autoptr(GString) yaml = g_string_new(
        "organisation: Test\ntime_zone: UTC\ncurrency: USD\nlanguage: en\n"
        "sources:\n"
        "  - name: simulator\n"
        "    streams:\n"
        "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
        "      - stream: subscription\n"
        "        path: subscription.csv\n"
        "        fields: {party: account_id, external_id: start_date, product: product,\n"
        "                 start_on: start_date, end_on: end_date, arr: mrr}\n"
        "        transform: {arr: monthly}\n"
        "      - stream: usage_event\n"
        "        path: events.csv.gz\n"
        "        fields: {party: account_id, at: event_time}\n"
        "        values:\n");
    g_autoptr(GString) metrics = g_string_new("usage:\n");
    for (int e = 0; e < EVENTS; e++) {
        g_string_append_printf(yaml,
                               "          - {metric: %s, when: {field: event_type_id, "
                               "equals: \"%d\"}}\n",
                               events[e], e);
        g_string_append_printf(metrics, "  - {name: %s, combine: sum}\n", events[e]);
    }
    g_string_append(metrics, "metrics:\n");
    for (int e = 0; e < EVENTS; e++)
        g_string_append_printf(metrics, "  - {name: %s, kind: sum, usage: %s, days: 28}\n",
                               events[e], events[e]);
    g_autofree char *accounts = list_accounts();
    struct db *db = warehouse_open();
    *directory = sources_directory("");
    sources_write(*directory, "kenko.yaml", yaml->str);
    sources_write(*directory, "metrics.yaml", metrics->str);
    sources_write(*directory, "accounts.csv", accounts);
    copy_of(*directory, "subscription.csv");
    copy_of(*directory, "events.csv.gz");
    struct ingest_summary s;
    sources_ingest(db, *directory, &s);
    assert_int_equal(s.count.rejected, 0);
    return db;
}

/* One warehouse for all: nothing here writes to it. */
static struct db *opened;
static const char *directory;
static struct config *config;

static struct db *open_or_skip(void)
{
    oracle_or_skip();
    if (!opened) {
        g_autoptr(GError) err = NULL;
        opened = load(&directory);
        config = config_open(directory, &err);
        if (!config)
            fail_msg("%s", err->message);
    }
    return opened;
}

static int close_all(void **state)
{
    (void)state;
    if (config)
        config_close(config);
    db_close(opened);
    return 0;
}

static int32_t day(const char *text)
{
    int32_t out;
    assert_true(day_parse(slice_of(text), &out, &(GError *){NULL}));
    return out;
}

static void compute(const int32_t *as_of, size_t n, metric_frame_fn fn, void *context)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(zone_t) zone = zone_open("UTC", &err);
    struct known known;
    struct metric_set *set = metric_set_load(arena, config, &err);
    if (!set || !known_ask(opened, -1, &known, &err) || !db_begin_snapshot(opened, &err) ||
        !metric_compute(opened, set, zone, as_of, n, known.commit_no, fn, context, &err))
        fail_msg("%s", err->message);
    db_rollback(opened);
}

/* Expected counts by "account|day|event"; taken out as they are met. */
struct counts {
    GHashTable *want;
    size_t compared;
};

static bool compare_counts(void *context, const struct metric_frame *f, GError **err)
{
    (void)err;
    struct counts *c = context;
    char text[DAY_TEXT_SIZE];
    day_format(f->as_of, text);
    for (size_t m = 0; m < f->n_metrics; m++) {
        for (size_t a = 0; a < f->n_accounts; a++) {
            g_autofree char *key = g_strdup_printf("%s|%s|%s", f->account_key[a], text, events[m]);
            int64_t want = GPOINTER_TO_INT(g_hash_table_lookup(c->want, key));
            double have = f->value[m * f->n_accounts + a];
            if ((isnan(have) ? 0 : (int64_t)have) != want)
                fail_msg("%s: want %" G_GINT64_FORMAT ", have %g", key, want, have);
            g_hash_table_remove(c->want, key);
            c->compared += want > 0;
        }
    }
    return true;
}

static void counts_of_28_days_equal_listing_3_3(void **state)
{
    (void)state;
    open_or_skip();
    struct counts c = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), 0};
    int32_t as_of[WEEKS];
    g_autofree char *table = text_of("expected_counts_28d.csv");
    g_auto(GStrv) line = g_strsplit(table, "\n", -1);
    guint n = 0;
    for (guint i = 1; line[i] && *line[i]; i++, n++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
        g_hash_table_insert(c.want, g_strdup_printf("%s|%s|%s", cell[0], cell[1], cell[2]),
                            GINT_TO_POINTER((int)g_ascii_strtoll(cell[3], NULL, 10)));
    }
    for (int w = 0; w < WEEKS; w++)
        as_of[w] = day("2020-02-02") + 7 * w;
    compute(as_of, WEEKS, compare_counts, &c);
    assert_int_equal(c.compared, n);
    assert_int_equal(g_hash_table_size(c.want), 0);
    g_hash_table_destroy(c.want);
}

/* Who had any event in the 28 days before a day. */
struct activity {
    size_t n;
    bool was[2][2000];
};

static bool note_activity(void *context, const struct metric_frame *f, GError **err)
{
    (void)err;
    struct activity *activity = context;
    assert_true(f->n_accounts <= G_N_ELEMENTS(activity->was[0]));
    for (size_t a = 0; a < f->n_accounts; a++) {
        for (size_t m = 0; m < f->n_metrics; m++)
            activity->was[activity->n][a] |= f->value[m * f->n_accounts + a] > 0;
    }
    activity->n++;
    return true;
}

/* A figure of ours by the listing and column that it stands beside; NaN for none. */
static double figure(const char *listing, const char *column, const struct retention *r, int days,
                     const struct activity *active)
{
    double months = 365.0 / 12, year_minor = 1200, base = (double)r->n_base;
    double left = base - (double)r->n_retained, nrr = ratio_value(r->nrr);
    size_t n = 0, gone = 0;
    for (size_t a = 0; a < G_N_ELEMENTS(active->was[0]); a++) {
        n += active->was[0][a];
        gone += active->was[0][a] && !active->was[1][a];
    }
    bool by_activity = strcmp(listing, "2_3_activity_churn") == 0;
    const struct {
        const char *column;
        double value;
    } figures[] = {
        {"net_mrr_retention_rate", nrr},
        {"net_mrr_churn_rate", 1 - nrr},
        {"start_mrr", (double)r->from / year_minor},
        {"retain_mrr", (double)r->to / year_minor},
        {"churn_rate", by_activity ? (double)gone / (double)n : ratio_value(r->churned)},
        {"retention_rate", 1 - (by_activity ? (double)gone / (double)n : ratio_value(r->churned))},
        {"n_start", by_activity ? (double)n : base},
        {"n_churn", by_activity ? (double)gone : left},
        {"mrr_churn_rate", 1 - ratio_value(r->grr)},
        {"churn_mrr", (double)(r->from - r->kept) / year_minor},
        {"downsell_mrr", 0}, /* nobody contracts in this simulation: all of it is churn */
        {"measured_churn", ratio_value(r->churned)},
        {"period_days", days},
        {"annual_churn", r->churned_annual},
        {"monthly_churn", 1 - pow(1 - ratio_value(r->churned), months / days)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        if (strcmp(figures[i].column, column) == 0)
            return figures[i].value;
    }
    return NAN;
}

struct asked {
    struct retention retention;
    struct activity activity;
};

static void ask(const char *from, const char *to, struct asked *out)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct revenue r;
    const struct period period = {PERIOD_CUSTOM, day(from), day(to)};
    const int32_t as_of[] = {day(from), day(to)};
    *out = (struct asked){0};
    if (!revenue_open(arena, opened, config, NULL, day("2020-12-01"), -1, &r, &err) ||
        !retention_compute(r.ledger, &period, &out->retention, &err))
        fail_msg("%s", err->message);
    revenue_close(&r);
    compute(as_of, 2, note_activity, &out->activity);
}

static void figures_equal_listings_2_1_to_2_5(void **state)
{
    (void)state;
    open_or_skip();
    g_autofree char *table = text_of("expected_kpi.csv"), *asked_of = NULL;
    g_auto(GStrv) line = g_strsplit(table, "\n", -1);
    static struct asked asked;
    guint compared = 0;
    for (guint i = 1; line[i] && *line[i]; i++, compared++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
        g_autofree char *period = g_strdup_printf("%s %s", cell[0], cell[1]);
        if (g_strcmp0(period, asked_of) != 0) {
            ask(cell[0], cell[1], &asked);
            g_free(asked_of);
            asked_of = g_steal_pointer(&period);
        }
        double have = figure(cell[2], cell[3], &asked.retention, day(cell[1]) - day(cell[0]),
                             &asked.activity);
        double want = *cell[4] ? g_ascii_strtod(cell[4], NULL) : 0;
        if (isnan(have) || fabs(have - want) > 1e-12 * fmax(1, fabs(want)))
            fail_msg("%s: have %.15g", line[i], have);
    }
    assert_int_equal(compared, 4 * 22);
}

/* Its listing 2.4 joins those who left, and has no row to divide when nobody did. */
static void defect_6_churn_is_null_when_nobody_left(void **state)
{
    (void)state;
    open_or_skip();
    static struct asked asked;
    ask("2020-03-01", "2020-04-01", &asked);
    assert_int_equal(asked.retention.n_base, asked.retention.n_retained);
    assert_true(1 - ratio_value(asked.retention.grr) == 0);
    assert_true(ratio_value(asked.retention.churned) == 0);
    assert_true(asked.retention.churned_annual == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_28_days_equal_listing_3_3),
        cmocka_unit_test(figures_equal_listings_2_1_to_2_5),
        cmocka_unit_test(defect_6_churn_is_null_when_nobody_left),
    };
    return cmocka_run_group_tests(tests, NULL, close_all);
}
