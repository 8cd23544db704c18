/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are broken, cut, huge or shut: one clear message, and nothing good is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <zlib.h>
#include <zstd.h>

#include "support/sources.h"
#include "support/warehouse.h"

#define STREAM(path)                                                                               \
    "sources:\n"                                                                                   \
    "  - name: app\n"                                                                              \
    "    type: file\n"                                                                             \
    "    streams:\n"                                                                               \
    "      - stream: usage_metric\n"                                                               \
    "        path: " path "\n"                                                                     \
    "        on_change: append\n"                                                                  \
    "        fields: {party: account, at: day}\n"                                                  \
    "        values: [{metric: runs}]\n"

static void write_bytes(const char *dir, const char *name, const char *bytes, size_t n)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    if (!g_file_set_contents(path, bytes, (gssize)n, NULL))
        fail_msg("cannot write %s", path);
}

static GString *many_lines(void)
{
    GString *text = g_string_new("account,day\n");
    for (int i = 0; i < 60000; i++)
        g_string_append_printf(text, "acc-%d,2026-01-%02d\n", i * 7919 % 5000, 1 + i % 28);
    return text;
}

static void expect_error(struct db *db, const char *dir, int kind, const char *part)
{
    g_autoptr(GError) err = NULL;
    if (sources_try(db, dir, 20000, NULL, &err))
        fail_msg("no error, want '%s'", part);
    if (!err_is(err, kind) || !strstr(err->message, part))
        fail_msg("%s (kind %d), want '%s'", err->message, err->code, part);
}

static void a_cut_gzip_file_gives_its_good_records_and_goes_on_when_it_is_whole(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("u.csv.gz"));
    g_autoptr(GString) text = many_lines();
    g_autofree char *path = g_build_filename(dir, "u.csv.gz", NULL), *packed = NULL;
    gzFile out = gzopen(path, "wb");
    assert_int_equal(gzwrite(out, text->str, (unsigned)text->len), text->len);
    gzclose(out);
    gsize n;
    assert_true(g_file_get_contents(path, &packed, &n, NULL));
    write_bytes(dir, "u.csv.gz", packed, n / 2);
    expect_error(db, dir, KENKO_ERROR_INPUT, "u.csv.gz");
    sources_expect(db, "SELECT sum(loaded) BETWEEN 10000 AND 59999 FROM ops.load", "t");
    write_bytes(dir, "u.csv.gz", packed, n);
    sources_ingest(db, dir, NULL);
    sources_expect(db, "SELECT sum(loaded) || ' ' || sum(rejected) FROM ops.load", "60000 0");
}

/* As `cat a.gz b.gz` makes it, and as a writer that appends does. */
static void gzip_in_members_is_read_and_read_on(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("u.csv.gz"));
    g_autofree char *path = g_build_filename(dir, "u.csv.gz", NULL);
    const char *parts[] = {"account,day\nacc-1,2026-01-01\n", "acc-2,2026-01-02\nacc-",
                           "3,2026-01-03\n"};
    for (int i = 0; i < 3; i++) {
        gzFile out = gzopen(path, "ab");
        assert_int_equal(gzwrite(out, parts[i], (unsigned)strlen(parts[i])), strlen(parts[i]));
        assert_int_equal(gzclose(out), Z_OK);
        if (i == 1)
            continue; /* it ends within a record */
        sources_ingest(db, dir, NULL);
        sources_expect(db, "SELECT sum(loaded) || ' ' || sum(rejected) FROM ops.load",
                       i == 0 ? "1 0" : "3 0");
    }
}

static void zstd_in_frames_is_read_and_a_broken_one_is_told(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("u.csv.zst"));
    const char *parts[] = {"account,day\nacc-1,2026-01-01\n", "acc-2,2026-01-02\n"};
    char packed[4096];
    size_t n = 0;
    for (int i = 0; i < 2; i++)
        n += ZSTD_compress(packed + n, sizeof packed - n, parts[i], strlen(parts[i]), 3);
    write_bytes(dir, "u.csv.zst", packed, n);
    sources_ingest(db, dir, NULL);
    sources_expect(db, "SELECT sum(loaded) FROM ops.load", "2");
    memset(packed + 12, 0x55, 8);
    write_bytes(dir, "u.csv.zst", packed, n);
    expect_error(db, dir, KENKO_ERROR_INPUT, "u.csv.zst");
}

static void a_line_beyond_the_limit_is_one_reject_in_bounded_memory(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("u.csv"));
    g_autofree char *path = g_build_filename(dir, "u.csv", NULL);
    FILE *out = g_fopen(path, "w");
    g_autofree char *block = g_strnfill(1 << 20, 'x');
    fputs("account,day\nacc-1,2026-01-01\n", out);
    for (int i = 0; i < 200; i++)
        assert_int_equal(fwrite(block, 1, 1 << 20, out), 1 << 20);
    fputs(",2026-01-01\nacc-2,2026-01-02\n", out);
    assert_int_equal(fclose(out), 0);
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 2);
    assert_int_equal(s.count.rejected, 1);
    sources_expect(db, "SELECT line || ' ' || reason || ' ' || octet_length(raw) FROM ops.reject",
                   "3 too_long 4096");
    sources_expect(db, "SELECT line FROM ops.file", "4");
#ifndef __SANITIZE_ADDRESS__ /* which keeps freed memory */
    g_autofree char *status = NULL;
    assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
    const char *peak = strstr(status, "VmHWM:");
    assert_true(g_ascii_strtoll(peak + 6, NULL, 10) < 120 * 1024); /* KiB; the line has 200 MiB */
#endif
}

static void a_header_that_says_a_column_twice_is_refused(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("u.csv"));
    sources_write(dir, "u.csv", "account,day,account\na,2026-01-01,b\n");
    expect_error(db, dir, KENKO_ERROR_INPUT, "'account' stands twice");
    sources_write(dir, "u.csv", "");
    expect_error(db, dir, KENKO_ERROR_INPUT, "u.csv: the file is empty");
}

static void a_nul_is_replaced_and_counted(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("u.csv"));
    const char bytes[] = "account,day\na\0b,2026-01-01\n";
    write_bytes(dir, "u.csv", bytes, sizeof bytes - 1);
    sources_ingest(db, dir, NULL);
    sources_expect(db, "SELECT external_id FROM identity.party",
                   "a\xef\xbf\xbd"
                   "b");
    sources_expect(db, "SELECT replaced_chars FROM ops.load WHERE kind = 'ingest'", "1");
}

static void what_may_not_be_read_is_told_by_name(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("shut/*.csv"));
    sources_write(dir, "shut/u.csv", "account,day\n");
    g_autofree char *folder = g_build_filename(dir, "shut", NULL);
    g_autofree char *file = g_build_filename(folder, "d.csv", NULL);
    if (geteuid() == 0) { /* root reads all, but not a directory as a file */
        assert_int_equal(g_mkdir(file, 0755), 0);
        expect_error(db, dir, KENKO_ERROR_IO, "d.csv");
        return;
    }
    assert_int_equal(g_chmod(folder, 0), 0);
    expect_error(db, dir, KENKO_ERROR_IO, "shut");
    assert_int_equal(g_chmod(folder, 0755), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_gzip_file_gives_its_good_records_and_goes_on_when_it_is_whole),
        cmocka_unit_test(gzip_in_members_is_read_and_read_on),
        cmocka_unit_test(zstd_in_frames_is_read_and_a_broken_one_is_told),
        cmocka_unit_test(a_line_beyond_the_limit_is_one_reject_in_bounded_memory),
        cmocka_unit_test(a_header_that_says_a_column_twice_is_refused),
        cmocka_unit_test(a_nul_is_replaced_and_counted),
        cmocka_unit_test(what_may_not_be_read_is_told_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
