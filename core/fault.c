/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/fault.h"

#ifdef KENKO_FAULTS
#include <glib.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static atomic_int passed;

bool fault_hit(const char *name)
{
    const char *wanted = g_getenv("KENKO_FAULT");
    size_t n = strlen(name);
    if (!wanted || strncmp(wanted, name, n) != 0 || wanted[n] != ':')
        return false;
    char *end;
    guint64 count = g_ascii_strtoull(wanted + n + 1, &end, 10);
    if ((guint64)(atomic_fetch_add(&passed, 1) + 1) != count)
        return false;
    if (g_str_equal(end, ":kill"))
        raise(SIGKILL);
    if (g_str_equal(end, ":stop"))
        raise(SIGSTOP);
    return g_str_equal(end, ":fail");
}
#endif
