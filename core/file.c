/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

static bool refuse(const char *path, int number, GError **err)
{
    return err_set(err, error_kind_of_errno(number), "cannot write %s: %s", path,
                   g_strerror(number));
}

/* All of it, and the descriptor closed; false with errno set. */
static bool write_and_close(int fd, struct slice content, bool durable)
{
    bool ok = true;
    while (ok && content.n > 0) {
        ssize_t n = write(fd, content.p, content.n);
        ok = n >= 0 || errno == EINTR;
        if (n > 0)
            content = (struct slice){content.p + n, content.n - (size_t)n};
    }
    ok = ok && (!durable || fsync(fd) == 0);
    int number = errno;
    bool closed = close(fd) == 0;
    if (!ok)
        errno = number;
    return ok && closed;
}

/* A FIFO that nobody reads fails at once: a job must not wait for a reader. */
static bool write_into(const char *path, struct slice content, GError **err)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return refuse(path, errno, err);
    (void)fcntl(fd, F_SETFL, O_APPEND);
    return write_and_close(fd, content, false) || refuse(path, errno, err);
}

/* /dev/stdout and /dev/fd/N are a descriptor of ours: what it has open is not ours to replace. */
static bool is_descriptor(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    char *real = realpath(folder, NULL);
    bool is = real && g_str_has_prefix(real, "/proc/");
    free(real);
    return is;
}

/* Where links lead to, also when nothing is there. NULL when they lead in a circle. */
static char *follow(const char *path, bool *descriptor)
{
    char *at = g_strdup(path);
    for (int n = 0; n < LINKS_MAX; n++) {
        *descriptor = is_descriptor(at);
        g_autofree char *next = *descriptor ? NULL : g_file_read_link(at, NULL);
        if (!next)
            return at;
        g_autofree char *folder = g_path_get_dirname(at);
        g_free(at);
        at = g_path_is_absolute(next) ? g_steal_pointer(&next)
                                      : g_build_filename(folder, next, NULL);
    }
    g_free(at);
    return NULL;
}

/* The new file beside the old, then in its place. */
static bool replace(const char *path, const char *folder, struct slice content, mode_t mode)
{
    g_autofree char *beside = g_strdup_printf("%s.XXXXXX", path);
    int fd = g_mkstemp_full(beside, O_WRONLY | O_CLOEXEC, (int)mode);
    if (fd < 0)
        return false;
    if (!write_and_close(fd, content, true) || g_rename(beside, path) != 0) {
        int number = errno;
        (void)g_unlink(beside);
        errno = number;
        return false;
    }
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot keep a folder, and say so. */
    return fd < 0 || write_and_close(fd, SLICE(""), true) || errno == EINVAL;
}

bool file_write(const char *path, struct slice content, GError **err)
{
    bool descriptor = false;
    g_autofree char *target = follow(path, &descriptor);
    if (!target)
        return refuse(path, ELOOP, err);
    struct stat info;
    bool exists = stat(target, &info) == 0;
    if (exists && (descriptor || !S_ISREG(info.st_mode)))
        return write_into(path, content, err);
    g_autofree char *folder = g_path_get_dirname(target);
    mode_t mode = exists ? info.st_mode & 0777 : 0644;
    if (g_mkdir_with_parents(folder, 0755) != 0 || !replace(target, folder, content, mode))
        return refuse(path, errno, err);
    return true;
}
