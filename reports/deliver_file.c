/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/outbox.h"

#include "core/file.h"

enum deliver_outcome deliver_file(const struct report_config *reports,
                                  const struct report_channel *channel, struct slice payload,
                                  char answer[200])
{
    g_autofree char *path = g_canonicalize_filename(channel->path, reports->directory);
    g_autoptr(GError) failure = NULL;
    bool written = file_write(path, payload, &failure);
    g_strlcpy(answer, written ? "written" : failure->message, 200);
    return written ? DELIVER_SENT : DELIVER_RETRY;
}
