/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other values give what the same engine makes of them, and the smallest change is just enough. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/what_if.h"
#include "sql/scoring.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char card[] =
    "name: default\nauthor: Mori\nnote: first cuts\n"
    "bands: [{name: Red, below: 40}, {name: Yellow, below: 70}, {name: Green}]\n"
    "groups:\n"
    "  - name: all\n"
    "    measures:\n"
    "      - {name: runs, metric: runs_7d, weight: 2, anchors: [{at: 0, score: 0}, {at: 140, "
    "score: "
    "100}]}\n"
    "      - {name: open, metric: open, bands: [{below: 1, score: 100}, {score: 20}]}\n";

/* The scorecard lives as long as what is returned: caller closes. */
static struct config *load(struct arena *arena, struct db *db, const char *dir, struct what_if *out)
{
    g_autoptr(GError) err = NULL;
    struct config *config = config_open(dir, &err);
    if (!config || !what_if_load(arena, db, config, "a", out, &err))
        fail_msg("%s", err->message);
    return config;
}

static int effective(const struct what_if *what_if, const char **band)
{
    struct health h;
    g_autoptr(health_engine_t) engine = health_engine_new(what_if->card);
    what_if_health(what_if, engine, &h);
    *band = h.band;
    return h.effective_bp;
}

/* a has 70 runs and an open ticket: (2 * 50 + 20) / 3. */
static void other_values_are_judged_by_the_same_engine(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = company_directory(), *band;
    struct what_if what_if;
    sources_write(dir, "scorecards/default.yaml", card);
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    struct config *config = load(arena, db, dir, &what_if);
    assert_int_equal(effective(&what_if, &band), 4000);
    assert_string_equal(band, "Yellow");
    assert_true(what_if_set(&what_if, "open", 0, &err));
    assert_int_equal(effective(&what_if, &band), 6667);
    assert_false(what_if_set(&what_if, "opne", 0, &err));
    assert_non_null(strstr(err->message, "did you mean 'open'"));

    struct q_scorecard_list_rows rows;
    g_clear_error(&err);
    assert_true(q_scorecard_list(arena, db, &rows, &err));
    assert_int_equal(rows.n, 1);
    assert_string_equal(rows.row[0].author, "Mori");
    assert_string_equal(rows.row[0].note, "first cuts");
    assert_int_equal(rows.row[0].days, 1);
    config_close(config);
}

static void the_smallest_change_is_just_enough(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = company_directory(), *band;
    struct what_if what_if;
    struct what_if_lift lift;
    sources_write(dir, "scorecards/default.yaml", card);
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    struct config *config = load(arena, db, dir, &what_if);
    g_autoptr(health_engine_t) engine = health_engine_new(what_if.card);
    /* 2 runs / 140 of 100 and 20: 70 * 3 asks for 95 of the runs, which are 133. */
    what_if_lift(&what_if, engine, 0, &lift);
    assert_true(lift.found);
    assert_string_equal(lift.band, "Green");
    assert_true(lift.value == 133);
    int metric = what_if.card->input[what_if.card->measure[0].input].metric;
    what_if.value[metric] = 132;
    effective(&what_if, &band);
    assert_string_equal(band, "Yellow");
    what_if.value[metric] = lift.value;
    assert_int_equal(effective(&what_if, &band), lift.effective_bp);
    assert_string_equal(band, "Green");
    /* Without a ticket it is 66.67, which is not enough. */
    what_if.value[metric] = 70;
    what_if_lift(&what_if, engine, 1, &lift);
    assert_false(lift.found);
    config_close(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_values_are_judged_by_the_same_engine),
        cmocka_unit_test(the_smallest_change_is_just_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
