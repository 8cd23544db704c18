/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/config_read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode)    ? "a directory"
           : S_ISFIFO(mode) ? "a FIFO"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
}

static bool too_large(const char *path, size_t max, GError **err)
{
    bool mib = max % (1 << 20) == 0;
    return err_set(err, KENKO_ERROR_CONFIG, "%s: is larger than the limit of %zu %s", path,
                   max >> (mib ? 20 : 10), mib ? "MiB" : "KiB");
}

static bool read_all(int fd, const char *path, size_t max, GString *into, GError **err)
{
    char buffer[16384];
    for (;;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, KENKO_ERROR_CONFIG, "%s: cannot be read: %s", path,
                           g_strerror(errno));
        if (n == 0)
            return true;
        g_string_append_len(into, buffer, n);
        if (into->len > max)
            return too_large(path, max, err);
    }
}

bool config_read(const char *directory, const char *path, size_t max, char **out, size_t *size,
                 GError **err)
{
    g_autofree char *full = g_canonicalize_filename(path, directory);
    struct stat info;
    if (stat(full, &info) != 0)
        return err_set(err, KENKO_ERROR_CONFIG, "%s: cannot be read: %s", path, g_strerror(errno));
    if (!S_ISREG(info.st_mode))
        return err_set(err, KENKO_ERROR_CONFIG, "%s: is %s, want a file", path,
                       kind_of(info.st_mode));
    if ((guint64)info.st_size > max)
        return too_large(path, max, err);
    /* Should a FIFO have taken its place since, opening it does not wait. */
    int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return err_set(err, KENKO_ERROR_CONFIG, "%s: cannot be read: %s", path, g_strerror(errno));
    GString *text = g_string_new(NULL);
    bool ok = read_all(fd, path, max, text, err);
    close(fd);
    *size = ok ? text->len : 0;
    char *bytes = g_string_free(text, !ok);
    if (ok)
        *out = bytes;
    return ok;
}
