/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define TAKE_AWAY "\r\033[K"

static atomic_int threshold = LOG_INFO;
static pthread_mutex_t output = PTHREAD_MUTEX_INITIALIZER;
static bool transient; /* one stands; under the lock */

void log_set_level(enum log_level level)
{
    atomic_store(&threshold, (int)level);
}

static void put_value(GString *line, const char *value)
{
    bool plain = *value != '\0';
    for (const char *p = value; *p && plain; p++)
        plain = g_ascii_isgraph(*p) && *p != '"' && *p != '=' && *p != '\\';
    if (plain) {
        g_string_append(line, value);
        return;
    }
    g_string_append_c(line, '"');
    for (const char *p = value; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\')
            g_string_append_printf(line, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            g_string_append_printf(line, "\\x%02x", c);
        else
            g_string_append_c(line, (char)c);
    }
    g_string_append_c(line, '"');
}

/* One write, so that lines of several processes do not mix; a full disk must not stop a job. */
static void put(GString *line, bool is_transient)
{
    pthread_mutex_lock(&output);
    if (transient)
        g_string_prepend(line, TAKE_AWAY);
    transient = is_transient;
    ssize_t written = line->len > 0 ? write(STDERR_FILENO, line->str, line->len) : 0;
    (void)written;
    pthread_mutex_unlock(&output);
}

void log_event(enum log_level level, const char *event, ...)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    if ((int)level < atomic_load(&threshold))
        return;
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *stamp = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "%s level=%s event=%s", stamp, names[level], event);
    va_list args;
    va_start(args, event);
    const char *key;
    while ((key = va_arg(args, const char *))) {
        const char *value = va_arg(args, const char *);
        g_string_append_printf(line, " %s=", key);
        put_value(line, value ? value : "");
    }
    va_end(args);
    g_string_append_c(line, '\n');
    put(line, false);
}

void log_transient(const char *text)
{
    g_autoptr(GString) line = g_string_new(text);
    put(line, *text != '\0');
}
