/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/survival.h"
#include "support/leavers.h"
#include "support/sources.h"
#include "support/warehouse.h"

static bool run(struct arena *arena, struct db *db, const char *dir, int32_t as_of,
                struct survival *out, GError **err)
{
    g_autoptr(config_t) config = config_open(dir, err);
    return config && survival_run(arena, db, config, as_of, -1, out, err);
}

/* All came on 2024-12-15; who was still there after so many days is counted by hand. */
static void the_curve_is_the_share_that_is_still_there(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct survival s;
    if (!run(arena, db, dir, leavers_until(), &s, &err))
        fail_msg("%s", err->message);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.cohort[0].year, 2024);
    assert_int_equal(s.cohort[0].n, LEAVERS_ACCOUNTS);
    assert_int_equal(s.cohort[0].ended, 90);
    for (int k = 0; k < SURVIVAL_SPANS; k++) {
        int left = 0;
        for (int a = 0; a < LEAVERS_ACCOUNTS; a++)
            left += leavers_end(&c, a) <= leavers_day(2024, 12, 15) + survival_days[k];
        assert_true(fabs(s.cohort[0].stays[k].p - (1 - left / (double)LEAVERS_ACCOUNTS)) < 1e-12);
        assert_true(s.cohort[0].stays[k].low <= s.cohort[0].stays[k].p);
    }
    assert_true(isnan(s.cohort[0].median) && isnan(s.p));
    /* Days stayed of the first year, a customer at a time. */
    double days = 0;
    for (int a = 0; a < LEAVERS_ACCOUNTS; a++)
        days += fmin(leavers_end(&c, a) - leavers_day(2024, 12, 15), 365) / LEAVERS_ACCOUNTS;
    assert_true(fabs(s.cohort[0].mean_days - days) < 1e-9);
}

/* Five came in 2025, of whom four left after a month each. */
static void a_cohort_that_leaves_sooner_is_told_apart(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 20};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct survival s;
    sources_write(dir, "contracts_new.csv",
                  "id,account,start,end,arr,changed\n"
                  "n1,a195,2025-03-01,2025-04-01,1,2025-03-01\n"
                  "n2,a196,2025-04-01,2025-05-01,1,2025-04-01\n"
                  "n3,a197,2025-05-01,2025-06-01,1,2025-05-01\n"
                  "n4,a198,2025-06-01,2025-07-01,1,2025-06-01\n"
                  "n5,a199,2025-07-01,,1,2025-07-01\n"
                  "k195,a195,2024-12-15,2024-12-16,1,2024-12-15\n"
                  "k196,a196,2024-12-15,2024-12-16,1,2024-12-15\n"
                  "k197,a197,2024-12-15,2024-12-16,1,2024-12-15\n"
                  "k198,a198,2024-12-15,2024-12-16,1,2024-12-15\n"
                  "k199,a199,2024-12-15,2024-12-16,1,2024-12-15\n");
    sources_ingest(db, dir, NULL);
    assert_true(run(arena, db, dir, leavers_until(), &s, &(GError *){NULL}));
    assert_int_equal(s.n, 2);
    assert_int_equal(s.cohort[1].year, 2025);
    assert_int_equal(s.cohort[1].n, 5);
    assert_int_equal(s.cohort[1].ended, 4);
    assert_true(fabs(s.cohort[1].stays[0].p - 0.2) < 1e-12);
    assert_true(s.cohort[0].hazard.p == 1 && s.cohort[1].hazard.low > 1);
    assert_true(fabs(s.cohort[0].expected - s.cohort[0].stays[2].p) < 0.03);
    assert_true(s.cohort[1].expected < 0.5 * s.cohort[0].expected);
    assert_true(s.p < 1e-6);
    assert_true(s.trend_chi2 > 0 && s.trend_p > 0 && s.trend_p < 1);
}

static void what_no_load_has_said_yet_cannot_be_asked(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 20};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(config_t) config = config_open(dir, &(GError *){NULL});
    g_autoptr(GError) err = NULL;
    struct survival s;
    assert_false(survival_run(arena, db, config, leavers_until(), 1000, &s, &err));
    assert_true(err_is(err, KENKO_ERROR_USAGE));
    assert_non_null(strstr(err->message, "--known-at is 1000, beyond the newest commit number"));
}

static void without_customers_it_says_so(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 20};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct survival s;
    assert_false(run(arena, db, dir, leavers_day(2024, 1, 1), &s, &err));
    assert_true(err_is(err, KENKO_ERROR_REFUSED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curve_is_the_share_that_is_still_there),
        cmocka_unit_test(a_cohort_that_leaves_sooner_is_told_apart),
        cmocka_unit_test(what_no_load_has_said_yet_cannot_be_asked),
        cmocka_unit_test(without_customers_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
