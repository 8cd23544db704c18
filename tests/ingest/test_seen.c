/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <glib.h>

#include "ingest/seen_set.h"

static const uint8_t secret[16] = {4, 2};

static struct seen_key key_of(int i)
{
    g_autofree char *id = g_strdup_printf("id-%d", i);
    return seen_hash(secret, slice_of(id));
}

static void a_set_knows_what_was_added_and_not_removed(void **state)
{
    (void)state;
    enum { N = 300000 };
    struct seen_set *set = seen_set_new();
    for (int i = 0; i < N; i++)
        assert_true(seen_set_add(set, key_of(i)));
    assert_int_equal(seen_set_count(set), N);
    assert_true(seen_set_bytes(set) <= 32 * N + 4096 * 16);
    for (int i = 0; i < N; i += 3)
        assert_true(seen_set_remove(set, key_of(i)));
    for (int i = 0; i < N; i++) {
        assert_int_equal(seen_set_add(set, key_of(i)), i % 3 == 0);
        assert_false(seen_set_remove(set, key_of(N + i)));
    }
    assert_int_equal(seen_set_count(set), N);
    seen_set_free(set);
}

/* Chunks come sorted, and runs of neighbours push each other out of their homes. */
static void neighbours_and_sorted_keys_find_their_place(void **state)
{
    (void)state;
    enum { N = 2000 };
    struct seen_set *set = seen_set_new();
    for (uint64_t i = 0; i < N; i++)
        assert_true(seen_set_add(set, (struct seen_key){UINT64_MAX, i}));
    for (uint64_t i = 0; i < N; i++)
        assert_true(seen_set_add(set, (struct seen_key){i << 53, 7}));
    for (uint64_t i = 0; i < N; i++) {
        assert_false(seen_set_add(set, (struct seen_key){UINT64_MAX, i}));
        assert_false(seen_set_add(set, (struct seen_key){i << 53, 7}));
    }
    for (uint64_t i = 0; i < N; i += 2)
        assert_true(seen_set_remove(set, (struct seen_key){UINT64_MAX, i}));
    for (uint64_t i = 0; i < N; i++)
        assert_int_equal(seen_set_remove(set, (struct seen_key){UINT64_MAX, i}), i % 2 == 1);
    assert_int_equal(seen_set_count(set), N);
    seen_set_free(set);
}

/* One load's ids come as one sorted chunk; what is quadratic in them would take many minutes. */
static void a_large_chunk_that_is_sorted_is_added_in_linear_time(void **state)
{
    (void)state;
    enum { N = 1000000 };
    g_autofree struct seen_key *key = g_new(struct seen_key, N);
    struct seen_set *set = seen_set_new();
    for (int chunk = 0; chunk < 2; chunk++) {
        for (uint64_t i = 0; i < N; i++)
            key[i] = (struct seen_key){UINT64_MAX / N * i + (uint64_t)chunk, 1};
        gint64 began = g_get_monotonic_time();
        seen_set_add_all(set, (struct slice){(const char *)key, N * sizeof *key});
        assert_true(g_get_monotonic_time() - began < 20 * G_USEC_PER_SEC);
    }
    assert_int_equal(seen_set_count(set), 2 * N);
    for (uint64_t i = 0; i < N; i += 1000)
        assert_false(seen_set_add(set, key[i]));
    assert_true(seen_set_bytes(set) <= 32 * 2 * (size_t)N + 4096 * 16);
    seen_set_free(set);
}

static void hashes_are_sorted(void **state)
{
    (void)state;
    for (size_t n = 0; n < 3000; n = n * 2 + 1) {
        g_autofree struct seen_key *key = g_new(struct seen_key, n + 1);
        for (size_t i = 0; i < n; i++)
            key[i] = i % 5 ? key_of((int)(i * 7 % (n + 1)))
                           : (struct seen_key){n < 1500 ? 0 : UINT64_MAX, n - i};
        seen_set_sort(key, n);
        for (size_t i = 1; i < n; i++)
            assert_true(key[i - 1].high < key[i].high ||
                        (key[i - 1].high == key[i].high && key[i - 1].low <= key[i].low));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_knows_what_was_added_and_not_removed),
        cmocka_unit_test(neighbours_and_sorted_keys_find_their_place),
        cmocka_unit_test(a_large_chunk_that_is_sorted_is_added_in_linear_time),
        cmocka_unit_test(hashes_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
