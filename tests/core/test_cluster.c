/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "core/cluster.h"
#include "core/db.h"
#include "support/warehouse.h"

static char *home_named(const char *name)
{
    return g_build_filename(warehouse_scratch(), name, NULL);
}

static struct db *connect_to(const char *home)
{
    g_autofree char *dsn = cluster_dsn(home);
    g_autoptr(GError) err = NULL;
    struct db *db = db_open(dsn, "kenko test", 5000, &err);
    if (!db)
        fail_msg("%s", err->message);
    return db;
}

static pid_t ensure_apart(const char *home)
{
    pid_t child = fork();
    if (child == 0) {
        char *dsn = NULL;
        _exit(cluster_ensure(home, &dsn, NULL) ? 0 : 1);
    }
    return child;
}

static int status_of(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static pid_t server_of(const char *home)
{
    g_autofree char *path = g_build_filename(home, "postgresql", "postmaster.pid", NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

static void stop(const char *home)
{
    g_autoptr(GError) err = NULL;
    if (!cluster_stop(home, true, &err))
        fail_msg("%s", err->message);
}

static void another_user_is_refused(const char *home)
{
    if (geteuid() != 0) {
        printf("skipped: another user cannot reach the cluster: needs root\n");
        return;
    }
    g_autofree char *dsn = cluster_dsn(home);
    pid_t child = fork();
    if (child == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(2);
        _exit(db_open(dsn, "kenko intruder", 3000, NULL) ? 1 : 0);
    }
    assert_int_equal(status_of(child), 0);
}

/* The directory keeps others out; when it is opened by mistake, the server still does. */
static void another_user_is_refused_by_the_server_too(const char *home)
{
    if (geteuid() != 0)
        return;
    g_autoptr(db_t) db = connect_to(home);
    g_autofree char *folder = warehouse_value(db, "SHOW unix_socket_directories");
    g_autofree char *socket = g_strdup_printf("%s/.s.PGSQL.5432", folder);
    assert_int_equal(g_chmod(folder, 0755), 0);
    assert_int_equal(g_chmod(socket, 0777), 0);
    another_user_is_refused(home);
    assert_int_equal(g_chmod(folder, 0700), 0);
}

static void two_starts_at_once_make_one_private_cluster(void **state)
{
    (void)state;
    g_autofree char *home = home_named("two starts, with spaces");
    pid_t children[2] = {ensure_apart(home), ensure_apart(home)};
    for (int i = 0; i < 2; i++)
        assert_int_equal(status_of(children[i]), 0);
    g_autoptr(db_t) db = connect_to(home);
    static const struct {
        const char *query, *want;
    } cases[] = {{"SHOW data_checksums", "on"},
                 {"SHOW fsync", "on"},
                 {"SHOW synchronous_commit", "on"},
                 {"SHOW listen_addresses", ""},
                 {"SHOW server_encoding", "UTF8"},
                 {"SHOW lc_collate", "C.UTF-8"},
                 {"SHOW timezone", "UTC"},
                 {"SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'peer'", "0"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *value = warehouse_value(db, cases[i].query);
        if (strcmp(value, cases[i].want) != 0)
            fail_msg("%s is %s, want %s", cases[i].query, value, cases[i].want);
    }
    another_user_is_refused(home);
    another_user_is_refused_by_the_server_too(home);
    stop(home);
}

static void a_long_home_still_has_a_short_socket(void **state)
{
    (void)state;
    g_autofree char *name = g_strnfill(200, 'x');
    g_autofree char *home = home_named(name);
    assert_int_equal(status_of(ensure_apart(home)), 0);
    g_autoptr(db_t) db = connect_to(home);
    assert_true(db_is_alive(db));
    stop(home);
}

static void the_server_outlives_its_starter_and_is_found_running(void **state)
{
    (void)state;
    g_autofree char *home = home_named("outlives");
    assert_int_equal(status_of(ensure_apart(home)), 0);
    pid_t server = server_of(home);
    assert_int_not_equal(getsid(server), getsid(0));
    g_autofree char *dsn = NULL;
    g_autoptr(GError) err = NULL;
    assert_true(cluster_ensure(home, &dsn, &err));
    assert_int_equal(server_of(home), server);
    bool running = false;
    assert_true(cluster_is_running(home, &running, &err));
    assert_true(running);
    stop(home);
    assert_true(cluster_is_running(home, &running, &err));
    assert_false(running);
    stop(home);
}

static void a_server_killed_by_force_starts_again_with_its_rows(void **state)
{
    (void)state;
    g_autofree char *home = home_named("killed");
    g_autofree char *dsn = NULL;
    g_autoptr(GError) err = NULL;
    assert_true(cluster_ensure(home, &dsn, &err));
    struct db *db = connect_to(home);
    warehouse_sql(db, "CREATE TABLE public.kept AS SELECT 7 AS n");
    db_close(db);
    pid_t server = server_of(home);
    assert_int_equal(kill(server, SIGKILL), 0);
    while (kill(server, 0) == 0)
        g_usleep(20000);
    g_clear_pointer(&dsn, g_free);
    /* Its backends notice after a moment; until then a new server rightly refuses to start. */
    bool up = false;
    for (int i = 0; i < 20 && !up; i++) {
        g_clear_error(&err);
        up = cluster_ensure(home, &dsn, &err);
        g_usleep(up ? 0 : 200000);
    }
    if (!up)
        fail_msg("%s", err->message);
    g_autoptr(db_t) again = connect_to(home);
    g_autofree char *n = warehouse_value(again, "SELECT n FROM public.kept");
    assert_string_equal(n, "7");
    stop(home);
}

static void a_starter_killed_anywhere_leaves_nothing_that_stops_the_next(void **state)
{
    (void)state;
    g_autofree char *home = home_named("starter");
    /* In initdb, near its end, and in the start. */
    static const int moments_ms[] = {100, 500, 900, 1300};
    for (size_t i = 0; i < G_N_ELEMENTS(moments_ms); i++) {
        pid_t child = ensure_apart(home);
        g_usleep((gulong)moments_ms[i] * 1000);
        assert_int_equal(kill(child, SIGKILL), 0);
        status_of(child);
        g_autofree char *dsn = NULL;
        g_autoptr(GError) err = NULL;
        if (!cluster_ensure(home, &dsn, &err))
            fail_msg("killed after %d ms: %s", moments_ms[i], err->message);
        struct db *db = connect_to(home);
        db_close(db);
        stop(home);
        const char *argv[] = {"rm", "-rf", home, NULL};
        assert_true(g_spawn_sync("/", (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
                                 NULL, NULL, NULL, NULL, NULL));
    }
}

static void a_home_the_server_cannot_reach_is_named(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        printf("skipped: a home that is closed to the server's user: needs root\n");
        skip();
    }
    g_autofree char *closed = home_named("closed");
    g_autofree char *home = g_build_filename(closed, "home", NULL);
    g_autofree char *dsn = NULL;
    g_autoptr(GError) err = NULL;
    assert_int_equal(g_mkdir(closed, 0700), 0);
    assert_false(cluster_ensure(home, &dsn, &err));
    assert_true(err_is(err, KENKO_ERROR_IO));
    assert_non_null(strstr(err->message, home));
    assert_non_null(strstr(err->message, "KENKO_HOME"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_starts_at_once_make_one_private_cluster),
        cmocka_unit_test(a_long_home_still_has_a_short_socket),
        cmocka_unit_test(the_server_outlives_its_starter_and_is_found_running),
        cmocka_unit_test(a_server_killed_by_force_starts_again_with_its_rows),
        cmocka_unit_test(a_starter_killed_anywhere_leaves_nothing_that_stops_the_next),
        cmocka_unit_test(a_home_the_server_cannot_reach_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
