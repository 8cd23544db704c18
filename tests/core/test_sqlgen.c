/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sqlgen refuses what it does not understand, with file and line, and leaves no output behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

static char *folder;

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void put(const char *name, const char *text)
{
    g_autofree char *path = in_folder(name);
    g_autofree char *parent = g_path_get_dirname(path);
    assert_int_equal(g_mkdir_with_parents(parent, 0755), 0);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void empty(void)
{
    const char *argv[] = {"rm", "-rf", folder, NULL};
    assert_true(g_spawn_sync("/", (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                             NULL, NULL, NULL, NULL));
    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    g_autofree char *out = in_folder("out");
    assert_int_equal(g_mkdir(out, 0755), 0);
}

/* Run sqlgen with a mode and two of its arguments; its last is always the folder "out". Returns
 * success; *said is what it wrote to stderr. */
static bool sqlgen(const char *mode, const char *first, const char *second, char **said)
{
    const char *build = g_getenv("KENKO_BUILD");
    g_autofree char *program = g_build_filename(build ? build : ".", "sqlgen", NULL);
    g_autofree char *out = in_folder("out");
    const char *argv[] = {program, mode, first, second, out, NULL};
    g_auto(GStrv) environment =
        g_environ_setenv(g_get_environ(), "ASAN_OPTIONS", "detect_leaks=0", TRUE);
    int status = -1;
    assert_true(g_spawn_sync("/", (char **)(uintptr_t)argv, environment, G_SPAWN_STDOUT_TO_DEV_NULL,
                             NULL, NULL, NULL, said, &status, NULL));
    return status == 0;
}

static void a_bad_statement_file_is_refused_with_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"SELECT 1 AS n", "x.sql:1: want a shape line"},
        {"-- What.\nSELECT 1 AS n", "x.sql:1: want a shape line"},
        {"-- one\n-- column n int\nSELECT 1 AS n", "x.sql:1: the first line says"},
        {"-- What.\n-- some\n-- column n int\nSELECT 1 AS n", "x.sql:1: want a shape line"},
        {"-- What.\n-- one\n-- column n money\nSELECT 1 AS n", "x.sql:3: unknown type: money"},
        {"-- What.\n-- one\n-- column n\nSELECT 1 AS n", "x.sql:3: want 'param NAME TYPE'"},
        {"-- What.\n-- one\n-- colum n int\nSELECT 1 AS n", "x.sql:3: after the shape only"},
        {"-- What.\n-- one\n-- column n int\n-- column n int\nSELECT 1, 2",
         "x.sql:4: the name is there twice: n"},
        {"-- What.\n-- one\n-- param a int\n-- column n int\nSELECT 1 AS n",
         "x.sql:3: param without a placeholder: a"},
        {"-- What.\n-- one\n-- param a int\n-- column n int\nSELECT\n  $1::int + $2::int AS n",
         "x.sql:6: placeholder without a param line: $2"},
        {"-- What.\n-- one\n-- param a int\n-- column n int\nSELECT\n\n  $1 AS n",
         "x.sql:7: want a cast where it is used, as in $1::date: $1"},
        {"-- What.\n-- one\n-- column n int\n\nSELECT 1 AS n;\nSELECT 2;",
         "x.sql:5: one statement per file"},
        {"-- What.\n-- one\nSELECT 1 AS n", "x.sql:1: column lines are missing"},
        {"-- What.\n-- none\n-- column n int\nDELETE FROM t", "x.sql:1: a none has no columns"},
        {"-- What.\n-- none\n", "there is no statement"},
        {"-- What.\n-- copy\n-- param a int\n-- column n int\nCOPY t (n) FROM STDIN -- $1::int",
         "x.sql:1: COPY FROM takes no params"},
    };
    g_autofree char *dir = in_folder("in");
    g_autofree char *out = in_folder("out/stage.c");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *said = NULL;
        empty();
        put("in/x.sql", cases[i].text);
        if (sqlgen("statements", "stage", dir, &said))
            fail_msg("accepted: %s", cases[i].text);
        if (!strstr(said, cases[i].want))
            fail_msg("said '%s', want '%s'", g_strchomp(said), cases[i].want);
        assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
    }
}

static void a_good_file_becomes_a_typed_function(void **state)
{
    (void)state;
    g_autofree char *dir = in_folder("in"), *path = in_folder("out/stage.h");
    g_autofree char *said = NULL, *header = NULL;
    empty();
    put("in/score_get.sql",
        "-- One score.\n-- maybe\n-- param account_id bigint\n-- param note text "
        "null\n-- column health_bp integer null 0..10000\nSELECT h\nFROM s\nWHERE "
        "a = $1::bigint AND n = $2::text;\n");
    if (!sqlgen("statements", "stage", dir, &said))
        fail_msg("%s", said);
    assert_true(g_file_get_contents(path, &header, NULL, NULL));
    assert_non_null(strstr(header, "/* One score. */"));
    assert_non_null(strstr(header, "    int32_t health_bp;\n    bool health_bp_is_null;\n"));
    assert_non_null(strstr(header, "MUST_USE bool q_score_get(struct arena *arena, struct db *db, "
                                   "int64_t account_id, const char *note, struct q_score_get_row "
                                   "*row, bool *found, GError **err);"));
}

static void migrations_with_one_number_or_none_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *want;
    } cases[] = {{"in/0001_again.sql", "0001_first.sql:1: the number is not above"},
                 {"in/later.sql", "later.sql:1: the name must begin with a number"}};
    g_autofree char *dir = in_folder("in"), *views = in_folder("views");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *said = NULL;
        empty();
        put("in/0001_first.sql", "SELECT 1;");
        put(cases[i].name, "SELECT 2;");
        put("views/10_v.sql", "SELECT 3;");
        assert_false(sqlgen("schema", dir, views, &said));
        if (!strstr(said, cases[i].want))
            fail_msg("said '%s', want '%s'", g_strchomp(said), cases[i].want);
    }
}

static void a_missing_directory_is_not_an_empty_one(void **state)
{
    (void)state;
    g_autofree char *dir = in_folder("nowhere"), *said = NULL;
    empty();
    assert_false(sqlgen("statements", "stage", dir, &said));
    assert_non_null(strstr(said, "nowhere:0: cannot read the directory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_statement_file_is_refused_with_file_and_line),
        cmocka_unit_test(a_good_file_becomes_a_typed_function),
        cmocka_unit_test(migrations_with_one_number_or_none_are_refused),
        cmocka_unit_test(a_missing_directory_is_not_an_empty_one),
    };
    folder = g_dir_make_tmp("kenko-sqlgen-XXXXXX", NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    empty();
    g_autofree char *out = in_folder("out");
    g_rmdir(out);
    g_rmdir(folder);
    g_free(folder);
    return failed;
}
