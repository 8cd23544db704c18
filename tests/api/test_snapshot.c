/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How accounts are packed: nothing of a number or a text is lost. What is served of it is asked in
 * the tests of the server. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/snapshot_internal.h"

static double value_of(size_t i, size_t different)
{
    static const double odd[] = {NAN, -0.0, 0.0, INFINITY};
    return i % 5 < G_N_ELEMENTS(odd) ? odd[i % 5] : (double)(i * 7919 % different) / 3;
}

/* Which of the two ways the column is kept. */
static bool is_coded(size_t n, size_t different)
{
    struct column_maker maker = {0};
    struct snapshot_column column;
    for (size_t i = 0; i < n; i++)
        snapshot_column_add(&maker, value_of(i, different));
    size_t bytes = snapshot_column_finish(&maker, &column);
    for (size_t i = 0; i < n; i++) {
        double wanted = value_of(i, different);
        assert_memory_equal(&column.values[column.codes ? column.codes[i] : i], &wanted,
                            sizeof wanted);
    }
    assert_true(bytes <= n * sizeof(double) + 1024);
    bool coded = column.codes != NULL;
    snapshot_column_clear(&maker);
    return coded;
}

static void a_column_keeps_every_bit_of_few_and_of_many_values(void **state)
{
    (void)state;
    assert_true(is_coded(400000, 65533));
    assert_false(is_coded(400000, 65534));
    assert_false(is_coded(400000, 400000));
    assert_true(is_coded(1, 10));
}

static struct snapshot_account packed(struct snapshot_maker *maker, const char *key,
                                      const char *name, const char *domain)
{
    return (struct snapshot_account){.text = snapshot_text_pack(maker, key, name, domain)};
}

static void texts_come_back_as_they_were(void **state)
{
    (void)state;
    struct snapshot_maker maker = {.arena = arena_new()};
    g_autofree char *long_name = g_strnfill(3 << 20, 'x');
    const struct {
        const char *key, *name, *domain;
    } cases[] = {{"a1", "Acme", "acme.com"},
                 {"a2", "", NULL},
                 {"a3", "ｻｸﾗ商事", ""},
                 {"ü", "Straße", "STRASSE.de"},
                 {"a5", long_name, NULL}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct snapshot_account a = packed(&maker, cases[i].key, cases[i].name, cases[i].domain);
        assert_string_equal(snapshot_key(&a), cases[i].key);
        assert_string_equal(snapshot_name(&a), cases[i].name);
        assert_int_equal(snapshot_domain(&a) != NULL, cases[i].domain != NULL);
        if (cases[i].domain)
            assert_string_equal(snapshot_domain(&a), cases[i].domain);
    }
    arena_free(maker.arena);
}

static void texts_are_found_and_ordered_folded_whatever_they_are_made_of(void **state)
{
    (void)state;
    char plain_order[CURSOR_TEXT_MAX + 1], folded_order[CURSOR_TEXT_MAX + 1];
    struct snapshot_maker maker = {.arena = arena_new()};
    struct snapshot_account plain = packed(&maker, "KEY-1", "Acme Foods", "acme.example");
    struct snapshot_account folded = packed(&maker, "KEY-1", "ACME Straße", NULL);
    g_autofree char *street = snapshot_fold("STRASSE");
    assert_true(snapshot_has_text(&plain, "acme f"));
    assert_true(snapshot_has_text(&plain, "key-1"));
    assert_true(snapshot_has_text(&plain, "e.example"));
    assert_true(snapshot_has_text(&plain, ""));
    assert_false(snapshot_has_text(&plain, "foodsk"));
    assert_false(snapshot_has_text(&plain, "example."));
    assert_true(snapshot_has_text(&folded, street));
    assert_true(snapshot_has_text(&folded, "key-1"));
    assert_int_equal(snapshot_order(&plain, plain_order), strlen("acme foods"));
    assert_string_equal(plain_order, "acme foods");
    snapshot_order(&folded, folded_order);
    assert_string_equal(folded_order, "acme strasse");
    arena_free(maker.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_keeps_every_bit_of_few_and_of_many_values),
        cmocka_unit_test(texts_come_back_as_they_were),
        cmocka_unit_test(texts_are_found_and_ordered_folded_whatever_they_are_made_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
