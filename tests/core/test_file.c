/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/file.h"
#include "support/ordinary.h"
#include "support/warehouse.h"

/* A fresh folder of the test's own, open to everyone. */
static char *fresh(const char *name)
{
    char *folder = g_build_filename(warehouse_scratch(), name, NULL);
    assert_int_equal(g_mkdir(folder, 0755), 0);
    return folder;
}

static void expect_content(const char *path, const char *want)
{
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, want);
}

static void expect_written(const char *path, const char *text)
{
    g_autoptr(GError) err = NULL;
    if (!file_write(path, slice_of(text), &err))
        fail_msg("%s", err->message);
}

static void expect_refused(const char *path, enum kenko_error kind, const char *reason)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *want = g_strdup_printf("cannot write %s: %s", path, reason);
    assert_false(file_write(path, SLICE("new"), &err));
    assert_string_equal(err->message, want);
    assert_true(err_is(err, kind));
}

/* Entries of a folder: nothing may be left lying beside the file. */
static unsigned count_entries(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    unsigned n = 0;
    while (g_dir_read_name(dir))
        n++;
    g_dir_close(dir);
    return n;
}

static void a_file_and_the_folders_above_it_are_made(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("made");
    g_autofree char *path = g_build_filename(folder, "a b", "ü", "report.html", NULL);
    expect_written(path, "one");
    expect_content(path, "one");
    expect_written(path, "");
    expect_content(path, "");
    g_autofree char *beside = g_path_get_dirname(path);
    assert_int_equal(count_entries(beside), 1);
}

static void an_old_file_keeps_its_permissions(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("permissions");
    g_autofree char *path = g_build_filename(folder, "secret", NULL);
    struct stat info;
    expect_written(path, "one");
    assert_int_equal(g_chmod(path, 0600), 0);
    expect_written(path, "two");
    expect_content(path, "two");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void links_stay_and_their_file_is_written(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("links");
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    g_autofree char *near = g_build_filename(folder, "near", NULL);
    g_autofree char *far = g_build_filename(folder, "far", NULL);
    g_autofree char *dangling = g_build_filename(folder, "dangling", NULL);
    g_autofree char *later = g_build_filename(folder, "later", "file", NULL);
    expect_written(file, "one");
    assert_int_equal(symlink("file", near), 0);
    assert_int_equal(symlink(near, far), 0);
    assert_int_equal(symlink("later/file", dangling), 0);
    expect_written(far, "two");
    expect_content(file, "two");
    expect_written(dangling, "three");
    expect_content(later, "three");
    assert_true(g_file_test(near, G_FILE_TEST_IS_SYMLINK));
    assert_true(g_file_test(far, G_FILE_TEST_IS_SYMLINK));
    assert_true(g_file_test(dangling, G_FILE_TEST_IS_SYMLINK));
}

static void links_in_a_circle_are_an_error(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("circle");
    g_autofree char *a = g_build_filename(folder, "a", NULL);
    g_autofree char *b = g_build_filename(folder, "b", NULL);
    assert_int_equal(symlink("b", a), 0);
    assert_int_equal(symlink("a", b), 0);
    expect_refused(a, KENKO_ERROR_IO, "Too many levels of symbolic links");
}

static void devices_are_written_to_and_stay(void **state)
{
    (void)state;
    struct stat info;
    expect_written("/dev/null", "one");
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    expect_refused("/dev/full", KENKO_ERROR_DISK_FULL, "No space left on device");
    assert_int_equal(stat("/dev/full", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
}

static void a_link_to_a_device_stays_too(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("device");
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    assert_int_equal(symlink("/dev/full", link), 0);
    expect_refused(link, KENKO_ERROR_DISK_FULL, "No space left on device");
    assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
}

static void what_a_descriptor_has_open_is_written_at_its_end(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("descriptor");
    g_autofree char *path = g_build_filename(folder, "all.html", NULL);
    expect_written(path, "one,");
    int fd = open(path, O_WRONLY);
    g_autofree char *through = g_strdup_printf("/dev/fd/%d", fd);
    expect_written(through, "two");
    close(fd);
    expect_content(path, "one,two");
}

static void a_fifo_is_written_to_when_somebody_reads_it(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("fifo");
    g_autofree char *path = g_build_filename(folder, "fifo", NULL);
    char text[8] = "";
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused(path, KENKO_ERROR_IO, "No such device or address");
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    expect_written(path, "one");
    assert_int_equal(read(reader, text, sizeof text - 1), 3);
    assert_string_equal(text, "one");
    close(reader);
}

static void a_directory_is_an_error(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("directory");
    expect_refused(folder, KENKO_ERROR_IO, "Is a directory");
}

static void a_file_in_the_way_of_a_folder_is_an_error(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("in-the-way");
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    g_autofree char *below = g_build_filename(file, "report", NULL);
    expect_written(file, "one");
    expect_refused(below, KENKO_ERROR_IO, "Not a directory");
    expect_content(file, "one");
}

static bool outgrow(void *path)
{
    const struct rlimit small = {2, 2};
    signal(SIGXFSZ, SIG_IGN);
    g_autoptr(GError) err = NULL;
    return setrlimit(RLIMIT_FSIZE, &small) == 0 && !file_write(path, SLICE("longer"), &err) &&
           err_is(err, KENKO_ERROR_DISK_FULL);
}

static void a_file_without_room_leaves_the_old_one(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("no-room");
    g_autofree char *path = g_build_filename(folder, "file", NULL);
    expect_written(path, "one");
    assert_int_equal(g_chmod(folder, 0777), 0);
    assert_true(ordinary_try(outgrow, path));
    expect_content(path, "one");
    assert_int_equal(count_entries(folder), 1);
}

static bool is_denied(void *path)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *want = g_strdup_printf("cannot write %s: Permission denied", (char *)path);
    return !file_write(path, SLICE("new"), &err) && err_is(err, KENKO_ERROR_IO) &&
           strcmp(err->message, want) == 0;
}

static void a_folder_that_may_not_be_written_is_an_error_with_the_path_asked_for(void **state)
{
    (void)state;
    g_autofree char *folder = fresh("closed");
    g_autofree char *old = g_build_filename(folder, "old", NULL);
    g_autofree char *new = g_build_filename(folder, "new", NULL);
    g_autofree char *below = g_build_filename(folder, "below", "new", NULL);
    expect_written(old, "one");
    assert_int_equal(g_chmod(folder, 0555), 0);
    assert_true(ordinary_try(is_denied, old));
    assert_true(ordinary_try(is_denied, new));
    assert_true(ordinary_try(is_denied, below));
    expect_content(old, "one");
    assert_int_equal(g_chmod(folder, 0755), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_and_the_folders_above_it_are_made),
        cmocka_unit_test(an_old_file_keeps_its_permissions),
        cmocka_unit_test(links_stay_and_their_file_is_written),
        cmocka_unit_test(links_in_a_circle_are_an_error),
        cmocka_unit_test(devices_are_written_to_and_stay),
        cmocka_unit_test(a_link_to_a_device_stays_too),
        cmocka_unit_test(what_a_descriptor_has_open_is_written_at_its_end),
        cmocka_unit_test(a_fifo_is_written_to_when_somebody_reads_it),
        cmocka_unit_test(a_directory_is_an_error),
        cmocka_unit_test(a_file_in_the_way_of_a_folder_is_an_error),
        cmocka_unit_test(a_file_without_room_leaves_the_old_one),
        cmocka_unit_test(a_folder_that_may_not_be_written_is_an_error_with_the_path_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
