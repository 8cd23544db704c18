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

/* Bytes of the character at `p` that a line can show as it is; 0 for none: controls, also those
 * beyond ASCII, separators of lines, what turns the direction, and what is no UTF-8. */
static size_t showable(const char *p)
{
    gunichar c = g_utf8_get_char_validated(p, -1);
    if (c >= 0xfffffffe || !g_unichar_isprint(c) || c == 0x2028 || c == 0x2029)
        return 0;
    return (size_t)(g_utf8_next_char(p) - p);
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
    while (*value) {
        size_t n = showable(value);
        if (n == 0)
            g_string_append_printf(line, "\\x%02x", (unsigned char)*value);
        else if (*value == '"' || *value == '\\')
            g_string_append_printf(line, "\\%c", *value);
        else
            g_string_append_len(line, value, (gssize)n);
        value += MAX(n, 1);
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
