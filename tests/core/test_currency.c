/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/currency.h"
#include "support/warehouse.h"

static void minor_units_are_those_of_iso_4217(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int decimals;
    } cases[] = {{"USD", 2}, {"EUR", 2}, {"JPY", 0}, {"KRW", 0}, {"CLP", 0}, {"UGX", 0},
                 {"KWD", 3}, {"BHD", 3}, {"OMR", 3}, {"TND", 3}, {"IQD", 3}, {"JOD", 3},
                 {"LYD", 3}, {"MGA", 2}, {"MRU", 2}, {"ISK", 0}, {"HUF", 2}, {"", 2}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int minor = 1;
        for (int d = 0; d < cases[i].decimals; d++)
            minor *= 10;
        assert_int_equal(currency_decimals(slice_of(cases[i].code)), cases[i].decimals);
        assert_int_equal(currency_minor(slice_of(cases[i].code)), minor);
    }
}

static void views_know_the_same_minor_units_of_every_currency(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    int known = 0;
    for (int i = 0; i < 26 * 26 * 26; i++) {
        const char code[] = {(char)('A' + i / 676), (char)('A' + i / 26 % 26), (char)('A' + i % 26),
                             '\0'};
        if (!currency_is_known(code))
            continue;
        g_autofree char *put = g_strdup_printf("INSERT INTO ops.setting (name, value) VALUES "
                                               "('currency', '%s') ON CONFLICT (name) DO UPDATE "
                                               "SET value = excluded.value",
                                               code);
        warehouse_sql(db, put);
        g_autofree char *minor =
            warehouse_value(db, "SELECT minor::integer::text FROM warehouse.money_unit");
        g_autofree char *want = g_strdup_printf("%d", currency_minor(slice_of(code)));
        assert_string_equal(minor, want);
        known++;
    }
    assert_in_range(known, 140, 180);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minor_units_are_those_of_iso_4217),
        cmocka_unit_test(views_know_the_same_minor_units_of_every_currency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
