/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/directory.h"

/* Names that differ late, early, or in length alone. */
static char *make_name(GRand *rand)
{
    int n = g_rand_int_range(rand, 0, 4) ? g_rand_int_range(rand, 1, 40)
                                         : g_rand_int_range(rand, 240, 300);
    char *name = g_strnfill((gsize)n, 'a');
    for (int i = g_rand_int_range(rand, 0, 3); i > 0; i--)
        name[g_rand_int_range(rand, 0, n)] = (char)('a' + g_rand_int_range(rand, 0, 3));
    return name;
}

static void each_name_has_one_index_however_it_is_asked_for(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(31);
    struct directory *directory = directory_new();
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int turn = 0; turn < 50000; turn++) {
        char *name = make_name(rand);
        size_t n = strlen(name);
        char *alone = g_memdup2(name, n); /* so that reading beyond it is seen */
        struct slice text = {alone, n};
        uint64_t asked = directory_ask(directory, text);
        uint32_t index = turn % 2 ? directory_index(directory, text)
                                  : directory_index_asked(directory, text, asked);
        assert_int_not_equal(index, 0);
        assert_string_equal(directory_name(directory, index), name);
        gpointer before = g_hash_table_lookup(known, name);
        if (before)
            assert_int_equal(GPOINTER_TO_UINT(before), index);
        g_hash_table_replace(known, name, GUINT_TO_POINTER(index));
        g_free(alone);
    }
    assert_true(g_hash_table_size(known) > 5000);
    directory_free(directory);
    g_rand_free(rand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_name_has_one_index_however_it_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
