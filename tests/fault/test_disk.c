/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk that is full: ingest says so and ends; with room again the next run goes on to what an
 * undisturbed run makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <pwd.h>

#include "support/sources.h"
#include "support/warehouse.h"

enum { ACCOUNTS = 300, MONTHS = 24, BATCH_BYTES = 64 << 10 };

static const char sources[] = "sources:\n"
                              "  - name: app\n"
                              "    streams:\n"
                              "      - stream: usage_metric\n"
                              "        path: usage-*.csv\n"
                              "        fields: {party: account, at: day}\n"
                              "        values: [{metric: runs, field: runs}]\n";

static const char *make_directory(void)
{
    const char *dir = sources_directory(sources);
    for (int file = 0; file < MONTHS; file++) {
        g_autoptr(GString) text = g_string_new("account,day,runs\n");
        for (int account = 0; account < ACCOUNTS; account++) {
            for (int day = 1; day <= 28; day += 9)
                g_string_append_printf(text, "acc-%d,%d-%02d-%02d,%d\n", account, 2024 + file / 12,
                                       1 + file % 12, day, account + day);
        }
        g_autofree char *name = g_strdup_printf("usage-%02d.csv", file);
        sources_write(dir, name, text->str);
    }
    return dir;
}

/* A small file system of the test's own; NULL where that may not be made. */
static char *mount_small(void)
{
    const struct passwd *user = getpwnam("postgres");
    char *path = g_build_filename(warehouse_scratch(), "small", NULL);
    if (geteuid() != 0 || !user || g_mkdir(path, 0700) != 0 ||
        mount("tmpfs", path, "tmpfs", 0, "size=1536k") != 0) {
        printf("skipped: a full disk: a small file system cannot be mounted here\n");
        g_free(path);
        return NULL;
    }
    assert_int_equal(chown(path, user->pw_uid, user->pw_gid), 0);
    return path;
}

static struct db *open_on(const char *path)
{
    struct db *db = warehouse_open();
    g_autofree char *name = warehouse_value(db, "SELECT current_database()::text");
    g_autofree char *make = g_strdup_printf("CREATE TABLESPACE small LOCATION '%s'", path);
    g_autofree char *use =
        g_strdup_printf("ALTER DATABASE %s SET default_tablespace = small", name);
    warehouse_sql(db, make);
    warehouse_sql(db, use);
    db_close(db);
    g_autoptr(GError) err = NULL;
    db = db_open(warehouse_dsn(), "kenko test", 60000, &err);
    assert_non_null(db);
    return db;
}

static void a_full_disk_ends_the_run_and_loses_nothing(void **state)
{
    (void)state;
    g_autofree char *path = mount_small();
    if (!path)
        skip();
    const char *dir = make_directory();
    g_autoptr(db_t) clean = warehouse_open();
    sources_ingest(clean, dir, NULL);
    g_autofree char *wanted = sources_digest(clean);

    g_autoptr(db_t) db = open_on(path);
    g_autoptr(GError) err = NULL;
    struct ingest_summary before, after;
    assert_false(sources_try(db, dir, BATCH_BYTES, &before, &err));
    assert_true(err_is(err, KENKO_ERROR_DISK_FULL));
    assert_non_null(strstr(err->message, "usage-"));
    assert_true(before.count.loaded > 0);
    sources_expect(db, "SELECT count(*) FROM ops.load WHERE commit_no IS NULL", "0");

    g_clear_error(&err);
    assert_false(sources_try(db, dir, BATCH_BYTES, &after, &err)); /* still full, still told */
    assert_true(err_is(err, KENKO_ERROR_DISK_FULL));

    assert_int_equal(mount("tmpfs", path, "tmpfs", MS_REMOUNT, "size=256m"), 0);
    sources_ingest(db, dir, NULL);
    g_autofree char *digest = sources_digest(db);
    assert_string_equal(digest, wanted);
    sources_expect(db, "SELECT sum(read_count)::text FROM ops.load", "28800");
}

static int tear_down(void **state)
{
    (void)state;
    g_autofree char *path = g_build_filename(warehouse_scratch(), "small", NULL);
    umount2(path, MNT_DETACH);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_ends_the_run_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
