/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"

/* Sizes around the block's and the alignment's edges. */
static const size_t sizes[] = {0,     1,     15,    16,    17,    1000,   16383,
                               16384, 16385, 65535, 65536, 65537, 1000000};

static void memory_is_zero_aligned_and_apart_from_all_other(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    unsigned char *got[3 * G_N_ELEMENTS(sizes)];
    for (size_t i = 0; i < G_N_ELEMENTS(got); i++) {
        size_t size = sizes[i % G_N_ELEMENTS(sizes)];
        got[i] = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)got[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < size; k++)
            assert_int_equal(got[i][k], 0);
        memset(got[i], (int)i + 1, size);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(got); i++) {
        for (size_t k = 0; k < sizes[i % G_N_ELEMENTS(sizes)]; k++)
            assert_int_equal(got[i][k], i + 1);
    }
}

static void a_reset_arena_gives_zeroed_memory_again(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
            unsigned char *p = arena_alloc(arena, sizes[i]);
            for (size_t k = 0; k < sizes[i]; k++)
                assert_int_equal(p[k], 0);
            memset(p, 0xff, sizes[i]);
        }
        assert_true(arena_used(arena) > 1000000);
        arena_reset(arena);
        assert_int_equal(arena_used(arena), 0);
    }
}

static void what_was_handed_out_is_counted(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    assert_int_equal(arena_used(arena), 0);
    (void)!arena_alloc(arena, 1);
    (void)!arena_alloc(arena, 17);
    assert_int_equal(arena_used(arena), 16 + 32);
    (void)!arena_alloc(arena, 100000);
    assert_in_range(arena_used(arena), 48 + 100000, 48 + 100000 + 15);
}

static void copies_of_text_end_and_keep_their_bytes(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    assert_string_equal(arena_strdup(arena, "サクラ"), "サクラ");
    assert_null(arena_strdup(arena, NULL));
    assert_memory_equal(arena_strndup(arena, "a\0b", 3), "a\0b", 4);
    assert_string_equal(arena_strndup(arena, NULL, 0), "");
    assert_string_equal(arena_printf(arena, "%d of %s", 3, "four"), "3 of four");
}

static void no_arena_is_freed_as_nothing(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = NULL;
    arena_free(arena);
}

/* Does `act` end the program by abort()? */
static void expect_abort(void (*act)(struct arena *arena))
{
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        act(arena_new());
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void ask_for_too_many(struct arena *arena)
{
    (void)!arena_array(arena, SIZE_MAX / 8, 16);
}

static void ask_for_too_much(struct arena *arena)
{
    (void)!arena_alloc(arena, SIZE_MAX - 3);
}

static void a_size_that_overflows_ends_the_program(void **state)
{
    (void)state;
    expect_abort(ask_for_too_many);
    expect_abort(ask_for_too_much);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zero_aligned_and_apart_from_all_other),
        cmocka_unit_test(a_reset_arena_gives_zeroed_memory_again),
        cmocka_unit_test(what_was_handed_out_is_counted),
        cmocka_unit_test(copies_of_text_end_and_keep_their_bytes),
        cmocka_unit_test(no_arena_is_freed_as_nothing),
        cmocka_unit_test(a_size_that_overflows_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
