/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bi.account_trend: the slope that no single day can turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/scored.h"
#include "support/sources.h"
#include "support/warehouse.h"

/* One account on ten days, its health by `expression` over d = 0 … 9. */
static void days(struct db *db, const char *expression)
{
    scored_accounts(db, 1);
    for (int d = 0; d < 10; d++) {
        g_autofree char *day = g_strdup_printf("2026-11-%02d", 1 + d);
        scored_publish(db, day);
    }
    g_autofree char *update = g_strdup_printf(
        "UPDATE score.account_score SET effective_bp = (SELECT (%s)::int FROM (SELECT as_of - "
        "DATE '2026-11-01' AS d) AS x)",
        expression);
    warehouse_sql(db, update);
}

static void one_bad_day_turns_no_trend(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    days(db, "CASE d WHEN 9 THEN 0 ELSE 5000 + 40 * d END");
    sources_expect(db, "SELECT slope_bp::text || ' ' || arrow || ' ' || days FROM bi.account_trend",
                   "40 up 10");
}

static void what_is_less_than_noise_is_level(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    days(db, "5000 + 20 * d + CASE WHEN d % 2 = 0 THEN 400 ELSE -400 END");
    sources_expect(db, "SELECT arrow FROM bi.account_trend", "level");
}

static void a_slow_slope_is_level_however_steady(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    days(db, "5000 - 17 * d");
    sources_expect(db,
                   "SELECT slope_bp::text || ' ' || noise_bp || ' ' || arrow FROM "
                   "bi.account_trend",
                   "-17 0 level");
    warehouse_sql(db, "UPDATE score.account_score SET effective_bp = 5000 - 18 * (as_of - DATE "
                      "'2026-11-01')");
    sources_expect(db, "SELECT arrow FROM bi.account_trend", "down");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_bad_day_turns_no_trend),
        cmocka_unit_test(what_is_less_than_noise_is_level),
        cmocka_unit_test(a_slow_slope_is_level_however_steady),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
