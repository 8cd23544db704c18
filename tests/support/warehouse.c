/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/warehouse.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/cluster.h"
#include "core/db_internal.h"
#include "core/migrate.h"

static char *scratch, *home, *dsn;
static pid_t owner;
static int databases;

/* Every cluster that a test made in the scratch directory, then the directory. */
static void remove_all(void)
{
    GDir *homes = g_dir_open(scratch, 0, NULL);
    const char *name;
    while (homes && (name = g_dir_read_name(homes))) {
        g_autofree char *data = g_build_filename(scratch, name, "postgresql", NULL);
        g_autofree char *one = g_build_filename(scratch, name, NULL);
        if (g_file_test(data, G_FILE_TEST_IS_DIR) && !cluster_stop(one, true, NULL))
            fprintf(stderr, "the test cluster did not stop\n");
    }
    if (homes)
        g_dir_close(homes);
    const char *argv[] = {"rm", "-rf", scratch, NULL};
    g_spawn_sync("/", (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                 NULL, NULL);
}

static void clean_up(void)
{
    /* A forked child that exits must not stop its parent's cluster. */
    if (getpid() == owner && scratch)
        remove_all();
}

/* A program that is killed runs no exit handler: a process of its own sees the pipe close and then
 * does the same. After an orderly exit it finds nothing left. */
static void start_watchdog(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        fail_msg("cannot make a pipe");
    pid_t watchdog = fork();
    if (watchdog < 0)
        fail_msg("cannot fork");
    if (watchdog > 0) {
        close(ends[0]); /* the other end closes when this process ends */
        return;
    }
    setsid();
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    close(ends[1]);
    char byte;
    while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
        continue;
    if (g_file_test(scratch, G_FILE_TEST_IS_DIR))
        remove_all();
    _exit(0);
}

const char *warehouse_scratch(void)
{
    if (scratch)
        return scratch;
    scratch = g_dir_make_tmp("kenko-test-XXXXXX", NULL);
    if (!scratch || g_chmod(scratch, 0755) != 0)
        fail_msg("cannot make a scratch directory");
    owner = getpid();
    atexit(clean_up);
    start_watchdog();
    return scratch;
}

static void start_cluster(void)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *first = NULL;
    home = g_build_filename(warehouse_scratch(), "home", NULL);
    if (!cluster_ensure(home, &first, &err))
        fail_msg("%s", err->message);
}

struct db *warehouse_open_empty(void)
{
    g_autoptr(GError) err = NULL;
    if (!home)
        start_cluster();
    g_autofree char *base = cluster_dsn(home);
    struct db *admin = db_open(base, "kenko test", 30000, &err);
    if (!admin)
        fail_msg("%s", err->message);
    g_autofree char *name = g_strdup_printf("test%d", ++databases);
    g_autofree char *sql = g_strdup_printf("CREATE DATABASE %s", name);
    warehouse_sql(admin, sql);
    db_close(admin);
    g_autofree char *where = g_strndup(base, strlen(base) - strlen("dbname=kenko"));
    g_free(dsn);
    dsn = g_strdup_printf("%sdbname=%s", where, name);
    struct db *db = db_open(dsn, "kenko test", 60000, &err);
    if (!db)
        fail_msg("%s", err->message);
    return db;
}

struct db *warehouse_open(void)
{
    g_autoptr(GError) err = NULL;
    struct db *db = warehouse_open_empty();
    if (!migrate_run(db, NULL, &err))
        fail_msg("%s", err->message);
    return db;
}

const char *warehouse_dsn(void)
{
    return dsn;
}

const char *warehouse_home(void)
{
    return home;
}

void warehouse_sql(struct db *db, const char *text)
{
    g_autoptr(GError) err = NULL;
    if (!db_script(db, "fixture", text, &err))
        fail_msg("%s in: %.300s", err->message, text);
}

char *warehouse_value(struct db *db, const char *text)
{
    PGresult *result = NULL, *last = NULL;
    bool ok;
    g_autoptr(GError) err = NULL;
    if (!PQsendQuery(db->conn, text))
        fail_msg("cannot send: %s", text);
    while ((result = db_next_result(db, db_deadline(db), &ok, &err))) {
        PQclear(last);
        last = result;
    }
    if (PQresultStatus(last) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", PQresultErrorMessage(last), text);
    char *value = NULL;
    if (PQntuples(last) > 0 && !PQgetisnull(last, 0, 0))
        value = g_strdup(PQgetvalue(last, 0, 0));
    PQclear(last);
    return value;
}

const char *warehouse_test_data(const char *what)
{
    const char *folder = g_getenv("KENKO_TEST_DATA");
    if (folder && *folder)
        return folder;
    printf("skipped: %s: KENKO_TEST_DATA is not set\n", what);
    return NULL;
}
