/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/log.h"

static int kept, ends[2];

/* From here to captured(), standard error is a pipe. */
static void capture(void)
{
    kept = dup(STDERR_FILENO);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
}

static char *captured(void)
{
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    close(ends[1]);
    GString *text = g_string_new(NULL);
    char part[4096];
    for (ssize_t n; (n = read(ends[0], part, sizeof part)) > 0;)
        g_string_append_len(text, part, n);
    close(ends[0]);
    return g_string_free(text, FALSE);
}

/* One line without its time, which is checked. */
static char *logged(const char *key, const char *value)
{
    capture();
    log_event(LOG_INFO, "tried", key, value, NULL);
    char *text = captured();
    assert_true(g_regex_match_simple(
        "\\A\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ level=info event=tried ", text, 0, 0));
    memmove(text, text + 20, strlen(text + 20) + 1);
    return text;
}

static void an_event_is_one_line_of_keys_and_values(void **state)
{
    (void)state;
    g_autofree char *line = logged("job", "ingest");
    assert_string_equal(line, " level=info event=tried job=ingest\n");
}

static void values_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    static const struct {
        const char *value, *want;
    } cases[] = {{"", "\"\""},
                 {"two words", "\"two words\""},
                 {"a=b", "\"a=b\""},
                 {"say \"x\" \\ y", "\"say \\\"x\\\" \\\\ y\""},
                 {"サクラ", "\"サクラ\""},
                 {"plain-1/2:3", "plain-1/2:3"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = logged("k", cases[i].value);
        g_autofree char *want = g_strdup_printf(" level=info event=tried k=%s\n", cases[i].want);
        assert_string_equal(line, want);
    }
}

static void no_value_forges_a_line_or_moves_the_cursor(void **state)
{
    (void)state;
    static const struct {
        const char *value, *want;
    } cases[] = {{"a\nlevel=error", "\"a\\x0alevel=error\""},
                 {"a\r\x1b[K", "\"a\\x0d\\x1b[K\""},
                 {"\x7f", "\"\\x7f\""},
                 {"\xc2\x9b"
                  "2K",
                  "\"\\xc2\\x9b2K\""},
                 {"\xc2\x85", "\"\\xc2\\x85\""},
                 {"\xe2\x80\xa8", "\"\\xe2\\x80\\xa8\""},
                 {"\xe2\x80\xae", "\"\\xe2\\x80\\xae\""},
                 {"\xff\xfe", "\"\\xff\\xfe\""},
                 {"cut \xe3\x82", "\"cut \\xe3\\x82\""}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = logged("k", cases[i].value);
        g_autofree char *want = g_strdup_printf(" level=info event=tried k=%s\n", cases[i].want);
        assert_string_equal(line, want);
    }
}

static void a_value_that_is_not_there_is_empty(void **state)
{
    (void)state;
    capture();
    const char *nothing = NULL;
    log_event(LOG_INFO, "tried", "k", nothing, "next", "1", NULL);
    g_autofree char *text = captured();
    assert_non_null(strstr(text, " k=\"\" next=1\n"));
}

static void lines_below_the_level_are_dropped(void **state)
{
    (void)state;
    capture();
    log_event(LOG_DEBUG, "dropped", NULL);
    log_set_level(LOG_ERROR);
    log_event(LOG_WARNING, "dropped", NULL);
    log_event(LOG_ERROR, "kept", NULL);
    log_set_level(LOG_DEBUG);
    log_event(LOG_DEBUG, "kept", NULL);
    log_set_level(LOG_INFO);
    g_autofree char *text = captured();
    assert_null(strstr(text, "dropped"));
    assert_non_null(strstr(text, "level=error event=kept\n"));
    assert_non_null(strstr(text, "level=debug event=kept\n"));
}

static void what_is_logged_takes_the_place_of_a_transient_line(void **state)
{
    (void)state;
    capture();
    log_transient("scoring  10%");
    log_transient("scoring  20%");
    log_event(LOG_INFO, "done", NULL);
    log_event(LOG_INFO, "again", NULL);
    g_autofree char *text = captured();
    assert_true(
        g_regex_match_simple("\\Ascoring  10%\r\x1b\\[Kscoring  20%\r\x1b\\[K[^\r]*event=done\n"
                             "[^\r]*event=again\n\\z",
                             text, 0, 0));
}

static void a_transient_line_that_is_taken_away_leaves_nothing(void **state)
{
    (void)state;
    capture();
    log_transient("");
    log_transient("scoring");
    log_transient("");
    log_transient("");
    g_autofree char *text = captured();
    assert_string_equal(text, "scoring\r\x1b[K");
}

static void *log_many(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++)
        log_event(LOG_INFO, "tried", "text", "some text of a thread", NULL);
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
    (void)state;
    pthread_t thread[4];
    g_autofree char *path = NULL;
    kept = dup(STDERR_FILENO);
    int fd = g_file_open_tmp(NULL, &path, NULL);
    assert_true(dup2(fd, STDERR_FILENO) >= 0);
    for (size_t i = 0; i < G_N_ELEMENTS(thread); i++)
        assert_int_equal(pthread_create(&thread[i], NULL, log_many, NULL), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(thread); i++)
        pthread_join(thread[i], NULL);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    close(fd);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    unlink(path);
    g_auto(GStrv) line = g_strsplit(text, "\n", -1);
    assert_int_equal(g_strv_length(line), 801);
    for (int i = 0; i < 800; i++)
        assert_string_equal(line[i] + 20, " level=info event=tried text=\"some text of a thread\"");
}

static void a_full_device_stops_nobody(void **state)
{
    (void)state;
    kept = dup(STDERR_FILENO);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(dup2(full, STDERR_FILENO) >= 0);
    log_event(LOG_INFO, "lost", NULL);
    log_transient("lost too");
    log_transient("");
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    close(full);
    g_autofree char *line = logged("k", "after");
    assert_string_equal(line, " level=info event=tried k=after\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_one_line_of_keys_and_values),
        cmocka_unit_test(values_are_quoted_where_they_must_be),
        cmocka_unit_test(no_value_forges_a_line_or_moves_the_cursor),
        cmocka_unit_test(a_value_that_is_not_there_is_empty),
        cmocka_unit_test(lines_below_the_level_are_dropped),
        cmocka_unit_test(what_is_logged_takes_the_place_of_a_transient_line),
        cmocka_unit_test(a_transient_line_that_is_taken_away_leaves_nothing),
        cmocka_unit_test(lines_of_threads_do_not_mix),
        cmocka_unit_test(a_full_device_stops_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
