/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/commands.h"
#include "core/text.h"
#include "ingest/compact.h"

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    if (!context_options(context, &cmd_compact, NULL, &argc, &argv, err) ||
        !context_open(context, err))
        return false;
    struct compact_summary summary;
    if (!compact_run(context->db, context->dsn, &summary, err))
        return false;
    if (context->json) {
        printf("{\"rows_before\": %" G_GINT64_FORMAT ", \"rows_after\": %" G_GINT64_FORMAT "}\n",
               summary.rows_before, summary.rows_after);
        return true;
    }
    g_autofree char *before = text_thousands(summary.rows_before);
    g_autofree char *after = text_thousands(summary.rows_after);
    printf("%s rows of usage became %s\n", before, after);
    return true;
}

const struct command cmd_compact = {"compact", "",
                                    "Merge rows of usage that came in many loads; no fact changes",
                                    "Examples:\n  kenko compact\n  kenko compact --json\n", run};
