/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct error_kind kinds[KENKO_ERROR_COUNT] = {
    [KENKO_ERROR_USAGE] = {"usage", 2, 400, false},
    [KENKO_ERROR_CONFIG] = {"config", 2, 500, false},
    [KENKO_ERROR_INPUT] = {"input", 3, 400, false},
    [KENKO_ERROR_NOT_FOUND] = {"not_found", 4, 404, false},
    [KENKO_ERROR_CONFLICT] = {"conflict", 5, 409, false},
    [KENKO_ERROR_BUSY] = {"busy", 6, 409, true},
    [KENKO_ERROR_UNAVAILABLE] = {"unavailable", 7, 503, true},
    [KENKO_ERROR_TIMEOUT] = {"timeout", 8, 504, true},
    [KENKO_ERROR_DENIED] = {"denied", 9, 403, false},
    [KENKO_ERROR_DISK_FULL] = {"disk_full", 10, 507, true},
    [KENKO_ERROR_INTERRUPTED] = {"interrupted", 11, 503, true},
    [KENKO_ERROR_CHECK] = {"check", 12, 500, false},
    [KENKO_ERROR_TOO_LARGE] = {"too_large", 13, 413, false},
    [KENKO_ERROR_REFUSED] = {"refused", 14, 422, false},
    [KENKO_ERROR_IO] = {"io", 15, 500, false},
    [KENKO_ERROR_BUG] = {"bug", 70, 500, false},
};

GQuark error_domain(void)
{
    return g_quark_from_static_string("kenko");
}

const struct error_kind *error_kind(int kind)
{
    if (kind < 0 || kind >= KENKO_ERROR_COUNT)
        return &kinds[KENKO_ERROR_BUG];
    return &kinds[kind];
}

const struct error_kind *error_kind_of(const GError *err)
{
    return error_kind(err->domain == error_domain() ? err->code : KENKO_ERROR_BUG);
}

enum kenko_error error_kind_of_exit(int exit_code)
{
    /* From the end: of the two that share a code the one a running job can meet. */
    for (int kind = KENKO_ERROR_COUNT - 1; kind >= 0; kind--) {
        if (kinds[kind].exit_code == exit_code)
            return (enum kenko_error)kind;
    }
    return KENKO_ERROR_BUG;
}

enum kenko_error error_kind_of_errno(int number)
{
    bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    return full ? KENKO_ERROR_DISK_FULL : KENKO_ERROR_IO;
}

bool err_set(GError **err, enum kenko_error kind, const char *format, ...)
{
    if (!err)
        return false;
    va_list args;
    va_start(args, format);
    *err = g_error_new_valist(error_domain(), (gint)kind, format, args);
    va_end(args);
    return false;
}

bool err_context(GError **err, const char *format, ...)
{
    if (!err || !*err)
        return false;
    va_list args;
    va_start(args, format);
    g_autofree char *context = g_strdup_vprintf(format, args);
    va_end(args);
    g_prefix_error(err, "%s: ", context);
    return false;
}

bool err_is(const GError *err, enum kenko_error kind)
{
    return err && err->domain == error_domain() && err->code == (gint)kind;
}

void error_bug(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    fprintf(stderr, "kenko: bug at %s:%d: %s\n", file, line, message);
    abort();
}
