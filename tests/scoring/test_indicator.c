/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flags beside health: when they are set, when they are cleared, and what silence does to them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/indicator.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

#define STRETCHES                                                                                  \
    "SELECT string_agg(concat_ws(' ', account_key, indicator, set_on, coalesce(cleared_on::text, " \
    "'-'), value_when_set, days), ', ' ORDER BY account_key, indicator, set_on) FROM bi.indicator"

/* a runs ten a day in May 2026; b only on the first ten days, at 0. */
static const char *company(const char *indicators)
{
    const char *dir = company_directory();
    sources_write(dir, "indicators.yaml", indicators);
    return dir;
}

static void a_flag_has_a_first_and_a_last_day(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir =
        company("indicators:\n  - {name: few, metric: runs_7d, below: 50}\n"
                "  - {name: many, metric: runs_7d, at_least: 70, kind: opportunity}\n");
    static const char *const days[] = {"2026-05-05", "2026-05-08", "2026-05-20",
                                       "2026-06-02", "2026-06-04", "2026-06-12"};
    sources_ingest(db, dir, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++)
        company_score(db, dir, days[i], -1, true);
    /* a: 40 in the days before the 5th, 70 on the 8th and 20th, 60 and 40 and 0 in June. */
    sources_expect(db, STRETCHES,
                   "a few 2026-05-05 2026-05-08 40 1, a few 2026-06-04 - 40 2, "
                   "a many 2026-05-08 2026-06-02 70 2, b few 2026-05-05 - 0 6");
    /* Scored again, a day says the same; with other limits it says something else. */
    company_score(db, dir, "2026-06-12", -1, true);
    sources_expect(db, "SELECT count(*)::text FROM score.indicator_day", "11");
    sources_write(dir, "indicators.yaml",
                  "indicators:\n  - {name: few, metric: runs_7d, below: 0}\n");
    company_score(db, dir, "2026-06-12", -1, true);
    sources_expect(db, "SELECT cleared_on::text FROM bi.indicator WHERE account_key = 'b'",
                   "2026-06-12");
}

/* The share of failures is unknown in a week without runs. */
static void silence_neither_sets_nor_clears(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company(
        "indicators:\n  - {name: errors, metric: failure, at_least: 0.1, label_ja: 失敗}\n");
    sources_ingest(db, dir, NULL);
    static const char *const days[] = {"2026-05-01", "2026-05-20", "2026-06-10", "2026-06-11"};
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++)
        company_score(db, dir, days[i], -1, true);
    sources_expect(db, STRETCHES, "a errors 2026-05-20 - 0.1 3");
    sources_expect(db, "SELECT label_ja FROM bi.indicator", "失敗");
}

static void limits_are_literal(void **state)
{
    (void)state;
    const struct indicator above = {.limit = {0.8, .is_upper = true}};
    const struct indicator at_least = {.limit = {0.8, .is_upper = true, .is_inclusive = true}};
    const struct indicator below = {.limit = {0.8}};
    const struct indicator at_most = {.limit = {0.8, .is_inclusive = true}};
    assert_true(!indicator_is_set(&above, 0.8) && indicator_is_set(&above, nextafter(0.8, 1)));
    assert_true(indicator_is_set(&at_least, 0.8) && !indicator_is_set(&at_least, 0.79));
    assert_true(!indicator_is_set(&below, 0.8) && indicator_is_set(&below, 0.79));
    assert_true(indicator_is_set(&at_most, 0.8) && !indicator_is_set(&at_most, nextafter(0.8, 1)));
}

static void a_wrong_indicator_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *want;
    } wrong[] = {
        {"{name: x, metric: nothing, below: 1}", "there is no metric 'nothing' in metrics.yaml"},
        {"{name: x, metric: runs_7d}", "want one of above, at_least, below, at_most"},
        {"{name: x, metric: runs_7d, below: 1, above: 2}",
         "want one of above, at_least, below, at_most"},
        {"{name: x, metric: runs_7d, above: 1}",
         "it is a risk and set by what metric runs_7d calls good (direction: up): turn the limit, "
         "or say kind: opportunity"},
        {"{name: x, metric: runs_7d, below: 1, kind: chance}",
         "kind is 'chance', want risk or opportunity"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *yaml = g_strdup_printf("indicators:\n  - %s\n", wrong[i].entry);
        const char *dir = company(yaml);
        g_autoptr(GError) err = NULL;
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(config_t) config = config_open(dir, NULL);
        const struct metric_set *metrics = metric_set_load(arena, config, NULL);
        struct indicator_set set;
        g_autofree char *want =
            g_strdup_printf("indicators.yaml:2:5: indicator x: %s", wrong[i].want);
        assert_non_null(metrics);
        assert_false(indicator_load(arena, config, metrics, &set, &err));
        assert_string_equal(err->message, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flag_has_a_first_and_a_last_day),
        cmocka_unit_test(silence_neither_sets_nor_clears),
        cmocka_unit_test(limits_are_literal),
        cmocka_unit_test(a_wrong_indicator_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
