/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/outbox.h"

enum deliver_outcome deliver_file(const struct report_config *reports,
                                  const struct report_channel *channel, struct slice payload,
                                  char answer[200])
{
    g_autofree char *path = g_canonicalize_filename(channel->path, reports->directory);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GError) failure = NULL;
    if (g_mkdir_with_parents(folder, 0755) == 0 &&
        g_file_set_contents_full(path, payload.p, (gssize)payload.n,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644,
                                 &failure)) {
        g_strlcpy(answer, "written", 200);
        return DELIVER_SENT;
    }
    g_strlcpy(answer, failure ? failure->message : "cannot make the directory", 200);
    return DELIVER_RETRY;
}
