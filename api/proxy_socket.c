/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/proxy_socket.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 512, MODE = 0660 };

static int make(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Take away what a server that is gone left there. */
static bool clear_place(const struct sockaddr_un *at, GError **err)
{
    struct stat is;
    const void *raw = at;
    if (lstat(at->sun_path, &is) != 0)
        return true;
    if (!S_ISSOCK(is.st_mode))
        return err_set(err, KENKO_ERROR_CONFIG, "%s: something else than a socket is there",
                       at->sun_path);
    int fd = make();
    bool answers = fd >= 0 && connect(fd, raw, sizeof *at) == 0;
    bool gone = !answers && errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    if (!gone)
        return err_set(err, KENKO_ERROR_BUSY, "%s: another server listens there", at->sun_path);
    unlink(at->sun_path);
    return true;
}

bool proxy_socket_open(const char *path, int *fd, GError **err)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const void *raw = &at;
    if (*path != '/' || strlen(path) >= sizeof at.sun_path)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "kenko.yaml: api.proxy_socket is %s, want an absolute path of less than %zu "
                       "bytes",
                       path, sizeof at.sun_path);
    memcpy(at.sun_path, path, strlen(path));
    if (!clear_place(&at, err))
        return false;
    /* The mode is there before the file is, so that there is no moment with a wider one. */
    int made = make();
    if (made < 0 || fchmod(made, MODE) != 0 || bind(made, raw, sizeof at) != 0 ||
        chmod(path, MODE) != 0 || listen(made, BACKLOG) != 0) {
        err_set(err, KENKO_ERROR_IO, "cannot listen at %s: %s", path, g_strerror(errno));
        if (made >= 0)
            close(made);
        return false;
    }
    *fd = made;
    return true;
}

struct address proxy_socket_caller(const struct request *request)
{
    struct address address = {0};
    for (size_t i = 0; i < request->n_headers; i++) {
        struct slice name = request->headers[i].name, value = request->headers[i].value;
        if (name.n != strlen("X-Forwarded-For") ||
            g_ascii_strncasecmp(name.p, "X-Forwarded-For", name.n) != 0)
            continue;
        const char *text = arena_strndup(request->arena, value.p, value.n);
        const char *comma = strrchr(text, ',');
        g_autofree char *last = g_strstrip(g_strdup(comma ? comma + 1 : text));
        if (!address_parse(last, &address))
            address = (struct address){0};
    }
    return address;
}
