/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/outbox.h"

#include "core/file.h"

enum deliver_outcome deliver_file(const struct report_config *reports,
                                  const struct report_channel *channel, const char *owner,
                                  struct slice payload, char answer[200])
{
    g_autofree char *name =
        g_strcanon(g_strdup(owner),
                   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@.-+_", '_');
    g_autoptr(GString) named = g_string_new(channel->path);
    g_string_replace(named, "{owner}", *name == '.' ? "_" : name, 0);
    g_autofree char *path = g_canonicalize_filename(named->str, reports->directory);
    g_autoptr(GError) failure = NULL;
    bool written = file_write(path, payload, &failure);
    g_strlcpy(answer, written ? "written" : failure->message, 200);
    return written ? DELIVER_SENT : DELIVER_RETRY;
}
