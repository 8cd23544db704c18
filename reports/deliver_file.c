/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/outbox.h"

#include "core/file.h"

/* What stands for a place of a path leads nowhere else. */
static void fill(GString *path, const char *place, const char *text)
{
    g_autofree char *name = g_strcanon(
        g_strdup(text), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@.-+_", '_');
    g_string_replace(path, place, *name == '.' ? "_" : name, 0);
}

enum deliver_outcome deliver_file(const struct report_config *reports,
                                  const struct report_channel *channel, const char *owner,
                                  const char *period, struct slice payload, char answer[200])
{
    g_autoptr(GString) named = g_string_new(channel->path);
    fill(named, "{owner}", owner);
    fill(named, "{period}", period);
    g_autofree char *path = g_canonicalize_filename(named->str, reports->directory);
    g_autoptr(GError) failure = NULL;
    bool written = file_write(path, payload, &failure);
    g_strlcpy(answer, written ? "written" : failure->message, 200);
    return written ? DELIVER_SENT : DELIVER_RETRY;
}
