/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/huge.h"

/* Below and beyond where huge pages begin: all of it is there, zeroed, and begins where they do. */
static void all_of_a_table_is_there_and_zeroed(void **state)
{
    (void)state;
    const size_t page = 2 << 20;
    const size_t sizes[] = {1, 4096, page - 1, page, page + 1, 3 * page, 5 * page + 12345};
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            unsigned char *table = huge_new0(sizes[i], 1);
            for (size_t at = 0; at < sizes[i]; at++)
                assert_int_equal(table[at], 0);
            memset(table, 0xff, sizes[i]);
            if (sizes[i] >= page)
                assert_int_equal((uintptr_t)table % page, 0);
            huge_free(table, sizes[i], 1);
        }
    }
    huge_free(NULL, 0, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_a_table_is_there_and_zeroed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
