/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Twelve defects found in another churn pipeline, each as a test that it does not occur here. The
 * sixth, a churn rate that is NULL when nobody left, stands with that pipeline's own data. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "scoring/backtest.h"
#include "scoring/known.h"
#include "scoring/panel.h"
#include "scoring/train.h"
#include "support/leavers.h"
#include "support/sources.h"
#include "support/warehouse.h"

/* Accounts: a uses much, b uses and takes back, quiet has a contract and nothing else. */
static const char *write_company(void)
{
    const char *dir = sources_directory(
        "churn: {definition: contract_end}\n"
        "sources:\n"
        "  - name: crm\n"
        "    streams:\n"
        "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
        "      - {stream: subscription, path: contracts.csv, fields: {external_id: id, party: "
        "account, start_on: start, end_on: end, arr: arr}}\n"
        "      - stream: usage_event\n"
        "        path: usage*.csv\n"
        "        fields: {party: account, at: at}\n"
        "        values: [{metric: made, field: n}, {metric: balance, field: n}]\n");
    sources_write(dir, "metrics.yaml",
                  "usage:\n  - {name: made, combine: sum}\n  - {name: balance, combine: sum}\n"
                  "metrics:\n"
                  "  - {name: made_28d, kind: sum, usage: made, days: 28}\n"
                  "  - {name: since, kind: days_since, usage: made, days: 90}\n"
                  "  - {name: balance_28d, kind: sum, usage: balance, days: 28}\n");
    sources_write(dir, "accounts.csv", "id\na\nb\nquiet\n");
    sources_write(dir, "contracts.csv",
                  "id,account,start,end,arr\n1,a,2025-01-01,,10\n2,b,2025-01-01,,10\n"
                  "3,quiet,2025-01-01,,10\n");
    sources_write(dir, "usage.csv",
                  "account,at,n\na,2025-05-20T12:00:00+09:00,16777216\n"
                  "a,2025-05-31T23:59:59+09:00,1\na,2025-06-01T00:00:00+09:00,5\n"
                  "b,2025-05-20T12:00:00+09:00,-987654321\n");
    return dir;
}

/* What the company's metrics are on 1 June 2025. */
struct seen {
    struct seen_account {
        double value[3];
        uint8_t quality[3], is_customer;
    } a, b, quiet;
};

static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    (void)err;
    struct seen *s = context;
    for (size_t i = 0; i < f->n_accounts; i++) {
        bool is_a = strcmp(f->account_key[i], "a") == 0, is_b = strcmp(f->account_key[i], "b") == 0;
        struct seen_account *one = is_a ? &s->a : is_b ? &s->b : &s->quiet;
        one->is_customer = f->is_customer[i];
        for (size_t m = 0; m < 3; m++) {
            one->value[m] = f->value[m * f->n_accounts + i];
            one->quality[m] = f->quality[m * f->n_accounts + i];
        }
    }
    return true;
}

static struct seen look(struct db *db, const char *dir)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    struct seen seen = {0};
    struct known known;
    int32_t as_of = day_from_civil(2025, 6, 1);
    struct metric_set *set = config ? metric_set_load(arena, config, &err) : NULL;
    if (!set || !known_ask(db, -1, &known, &err) || !db_begin_snapshot(db, &err) ||
        !metric_compute(db, set, zone, &as_of, 1, known.commit_no, on_frame, &seen, &err))
        fail_msg("%s", err->message);
    db_rollback(db);
    return seen;
}

static struct seen look_at_company(void)
{
    const char *dir = write_company();
    g_autoptr(db_t) db = warehouse_open();
    sources_ingest(db, dir, NULL);
    return look(db, dir);
}

static void defect_1_zero_for_missing(void **state)
{
    (void)state;
    struct seen s = look_at_company();
    for (int m = 0; m < 3; m++) {
        assert_true(isnan(s.quiet.value[m]));
        assert_int_equal(s.quiet.quality[m], METRIC_NO_DATA);
    }
}

/* The panel of leavers as train builds it. */
static void build(struct arena *arena, struct db *db, const char *dir, int32_t until,
                  struct panel *out)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    struct known known;
    struct metric_set *set = config ? metric_set_load(arena, config, &err) : NULL;
    if (!set || !known_ask(db, -1, &known, &err) || !db_begin_snapshot(db, &err))
        fail_msg("%s", err->message);
    const struct panel_options options = {.until = until,
                                          .known_no = known.commit_no,
                                          .horizon_days = LEAVERS_HORIZON,
                                          .step_days = LEAVERS_HORIZON};
    if (!panel_build(arena, db, set, zone, &options, out, &err))
        fail_msg("%s", err->message);
    db_rollback(db);
}

/* Every row's outcome had been seen, and is what the company's maker says. */
static void defect_2_unseen_outcomes_as_staying(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct panel p;
    build(arena, db, dir, leavers_until(), &p);
    assert_true(p.events > 50);
    for (size_t i = 0; i < p.n; i++) {
        int32_t end = leavers_end(&c, (int)p.account[i]);
        assert_true(p.as_of[i] + LEAVERS_HORIZON + LEAVERS_GAP < leavers_until());
        assert_int_equal((int)p.y[i], end != LEAVERS_NEVER && end <= p.as_of[i] + LEAVERS_HORIZON);
    }
}

static struct train_summary train(struct db *db, const char *dir, int32_t as_of)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct train_options options = {.as_of = as_of, .known_no = -1};
    struct train_summary s = {0};
    if (!config || !train_run(db, warehouse_dsn(), config, &options, &s, &err))
        fail_msg("%s", err->message);
    return s;
}

static void backtest(struct arena *arena, struct db *db, const char *dir, int32_t as_of,
                     struct backtest *out)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct backtest_options options = {.as_of = as_of, .known_no = -1};
    if (!config || !backtest_run(arena, db, config, &options, out, &err))
        fail_msg("%s", err->message);
}

/* What comes after a past day, however wild, changes nothing of what was fitted on it: neither bins
 * nor any other choice saw it. And between the days fitted on and the day judged lie a horizon and
 * the churn delay. */
static void defect_3_scaling_fitted_on_what_is_judged(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct backtest before, after;
    backtest(arena, db, dir, leavers_until(), &before);
    const struct backtest_origin *first = &before.origin[0];
    /* From the day on that the first judged day's outcome was sure. */
    g_autoptr(GString) later = g_string_new("account,day,runs,flag\n");
    char text[DAY_TEXT_SIZE];
    for (int a = 100; a < LEAVERS_ACCOUNTS; a++)
        g_string_append_printf(later, "a%03d,%s,%d,0\n", a,
                               day_format(first->as_of + LEAVERS_HORIZON + LEAVERS_GAP + 1, text),
                               900000 + a);
    sources_write(dir, "usage_later.csv", later->str);
    sources_ingest(db, dir, NULL);
    backtest(arena, db, dir, leavers_until(), &after);
    assert_int_equal(after.origin[0].as_of, first->as_of);
    assert_int_equal(after.origin[0].train_rows, first->train_rows);
    assert_true(after.origin[0].result.table.row[RIVAL_ENGINE].log_loss ==
                first->result.table.row[RIVAL_ENGINE].log_loss);
    struct panel p;
    size_t sure = 0;
    build(arena, db, dir, leavers_until(), &p);
    for (size_t i = 0; i < p.n; i++)
        sure += p.as_of[i] + LEAVERS_HORIZON + LEAVERS_GAP < first->as_of;
    assert_int_equal(sure, first->train_rows);
}

static void defect_4_headline_judged_on_its_own_rows(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    struct train_summary s = train(db, dir, leavers_until());
    assert_true(s.held_out.n > 0 && s.held_out.n * 2 < s.rows);
    assert_true(s.held_out.events < s.events);
}

static void defect_5_probabilities_without_calibration_and_intervals(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    struct train_summary s = train(db, dir, leavers_until());
    assert_true(s.held_out.brier > 0 && s.held_out.ece >= 0 && isfinite(s.held_out.slope));
    assert_true(s.held_out.auc_low < s.held_out.auc && s.held_out.auc < s.held_out.auc_high);
}

/* Skewed columns were transformed twice and fat tails never; here there is no such step: what the
 * engine bins is the metric's own value. */
static void defect_7_skewed_metrics_transformed_twice(void **state)
{
    (void)state;
    struct seen s = look_at_company();
    assert_true(s.a.value[0] == 16777217 && s.a.value[2] == 16777217);
    const struct leavers c = {.churns = 60};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct panel before, after;
    build(arena, db, dir, leavers_until(), &before);
    sources_write(dir, "usage_fat.csv", "account,day,runs,flag\na150,2025-04-01,999999937,0\n");
    sources_ingest(db, dir, NULL);
    build(arena, db, dir, leavers_until(), &after);
    assert_int_equal(before.n, after.n);
    int changed = 0;
    for (size_t i = 0; i < before.n * before.n_metrics; i++) {
        double difference = after.value[i] - before.value[i];
        assert_true(isnan(difference) || difference == 0 || difference == 999999937);
        changed += difference > 0;
    }
    assert_int_equal(changed, 1);
}

static void defect_8_events_after_the_day_counted(void **state)
{
    (void)state;
    struct seen s = look_at_company();
    /* The last second of 31 May counts on 1 June, its first one does not. */
    assert_true(s.a.value[0] == 16777216 + 1);
    assert_true(s.a.value[1] == 1); /* a day since the last one */
}

static void defect_9_silent_customers_dropped(void **state)
{
    (void)state;
    struct seen s = look_at_company();
    assert_int_equal(s.quiet.is_customer, 1);
    const struct leavers c = {.churns = 60};
    const char *dir = leavers_write(&c);
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    sources_append(dir, "accounts.csv", "a999,Silent\n");
    sources_append(dir, "contracts.csv", "k999,a999,2024-12-15,,100,2024-12-15\n");
    sources_ingest(db, dir, NULL);
    struct panel p;
    build(arena, db, dir, leavers_until(), &p);
    int silent = 0;
    for (size_t i = 0; i < p.n; i++)
        silent += p.account[i] == LEAVERS_ACCOUNTS && isnan(p.value[i * p.n_metrics]);
    assert_true(silent > 5);
}

/* Only one side's tail was looked at; a metric that falls far below 0 comes through as it is. */
static void defect_10_tails_below_zero_ignored(void **state)
{
    (void)state;
    struct seen s = look_at_company();
    assert_true(s.b.value[2] == -987654321);
}

/* One more than single precision can tell from its neighbour. */
static void defect_11_counts_beyond_24_bits_rounded(void **state)
{
    (void)state;
    struct seen s = look_at_company();
    assert_true(s.a.value[0] == 16777217.0);
    assert_true((double)(float)s.a.value[0] != s.a.value[0]);
}

static void defect_12_changed_definition_keeps_old_values(void **state)
{
    (void)state;
    const char *dir = write_company();
    g_autoptr(db_t) db = warehouse_open();
    sources_ingest(db, dir, NULL);
    assert_true(look(db, dir).a.value[0] == 16777217);
    sources_write(dir, "metrics.yaml",
                  "usage:\n  - {name: made, combine: sum}\n  - {name: balance, combine: sum}\n"
                  "metrics:\n"
                  "  - {name: made_28d, kind: sum, usage: made, days: 7}\n"
                  "  - {name: since, kind: days_since, usage: made, days: 90}\n"
                  "  - {name: balance_28d, kind: sum, usage: balance, days: 28}\n");
    assert_true(look(db, dir).a.value[0] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defect_1_zero_for_missing),
        cmocka_unit_test(defect_2_unseen_outcomes_as_staying),
        cmocka_unit_test(defect_3_scaling_fitted_on_what_is_judged),
        cmocka_unit_test(defect_4_headline_judged_on_its_own_rows),
        cmocka_unit_test(defect_5_probabilities_without_calibration_and_intervals),
        cmocka_unit_test(defect_7_skewed_metrics_transformed_twice),
        cmocka_unit_test(defect_8_events_after_the_day_counted),
        cmocka_unit_test(defect_9_silent_customers_dropped),
        cmocka_unit_test(defect_10_tails_below_zero_ignored),
        cmocka_unit_test(defect_11_counts_beyond_24_bits_rounded),
        cmocka_unit_test(defect_12_changed_definition_keeps_old_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
