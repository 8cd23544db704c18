/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pooler between us and somebody's database is refused with a word, whatever it does with our
 * settings. Wants pgbouncer. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include "core/cluster.h"
#include "support/tables.h"

static const char streams[] = "      - stream: contact\n"
                              "        table: person\n"
                              "        cursor: updated_at\n"
                              "        key: id\n"
                              "        fields: {party: account, external_id: id}\n";

/* The value of a keyword of a connection string; caller frees. */
static char *word_of(const char *dsn, const char *keyword)
{
    g_autofree char *pattern = g_strdup_printf("\\b%s=(\\S+)", keyword);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(regex, dsn, 0, &match))
        fail_msg("%s has no %s", dsn, keyword);
    return g_match_info_fetch(match, 1);
}

/* A pooler runs as another user than root, whom the server must let in. */
static void let_in(const char *dsn)
{
    struct db *db = db_open(dsn, "kenko test", 30000, NULL);
    if (geteuid() == 0) {
        g_autofree char *file = warehouse_value(db, "SHOW ident_file");
        FILE *ident = fopen(file, "a");
        assert_non_null(ident);
        fputs("kenko postgres kenko\n", ident);
        fclose(ident);
        warehouse_sql(db, "SELECT pg_reload_conf()");
    }
    db_close(db);
}

static pid_t start_pooler(const char *program, const char *directory, const char *dsn,
                          const char *setting)
{
    g_autofree char *host = word_of(dsn, "host"), *database = word_of(dsn, "dbname");
    g_autofree char *path = g_build_filename(directory, "pgbouncer.ini", NULL);
    g_autofree char *ini = g_strdup_printf("[databases]\n"
                                           "%s = host=%s user=kenko\n"
                                           "[pgbouncer]\n"
                                           "listen_addr =\n"
                                           "unix_socket_dir = %s\n"
                                           "auth_type = any\n"
                                           "pool_mode = transaction\n"
                                           "%s\n",
                                           database, host, directory, setting);
    assert_true(g_file_set_contents(path, ini, -1, NULL));
    pid_t pid = fork();
    if (pid == 0) {
        if (geteuid() == 0)
            execl(program, program, "-q", "-u", "postgres", path, NULL);
        else
            execl(program, program, "-q", path, NULL);
        _exit(1);
    }
    g_autofree char *socket = g_build_filename(directory, ".s.PGSQL.6432", NULL);
    for (int i = 0; i < 100 && !g_file_test(socket, G_FILE_TEST_EXISTS); i++)
        g_usleep(50000);
    return pid;
}

static void expect_refusal(const char *program, const char *dsn, const char *setting)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *directory =
        g_build_filename(warehouse_scratch(), *setting ? "drops" : "refuses", NULL);
    g_autofree char *name = word_of(dsn, "dbname");
    assert_int_equal(g_mkdir(directory, 0777), 0);
    assert_int_equal(g_chmod(directory, 0777), 0); /* whatever the umask is */
    pid_t pid = start_pooler(program, directory, dsn, setting);
    struct tables t = {
        .db = warehouse_open(),
        .dsn = g_strdup_printf("host=%s port=6432 dbname=%s user=kenko", directory, name)};
    tables_configure(&t, streams);
    assert_false(sources_try(t.db, t.directory, 0, NULL, &err));
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
    assert_non_null(strstr(err->message, "the database of app is behind a pooler"));
    tables_close(&t);
}

static void a_pooler_is_refused_whatever_it_does_with_settings(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autofree char *program = g_find_program_in_path("pgbouncer");
    g_autofree char *dsn = NULL;
    if (!program) {
        printf("skipped: pgbouncer is not installed\n");
        skip();
    }
    db_close(warehouse_open());
    g_autofree char *home = g_build_filename(warehouse_scratch(), "pooled", NULL);
    if (!cluster_ensure(home, &dsn, &err))
        fail_msg("%s", err->message);
    let_in(dsn);
    expect_refusal(program, dsn, "");                                    /* refuses them */
    expect_refusal(program, dsn, "ignore_startup_parameters = options"); /* drops them */
    assert_true(cluster_stop(home, true, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pooler_is_refused_whatever_it_does_with_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
