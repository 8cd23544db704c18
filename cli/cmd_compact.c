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
    int days = config_known_floor_days(context->config);
    struct compact_floor floor = {zone_day(context->zone, g_get_real_time()) - days, 0};
    floor.at_us = zone_day_start(context->zone, floor.day);
    struct compact_summary summary;
    if (!compact_run(context->db, context->dsn, days > 0 ? &floor : NULL, context_progress(context),
                     &summary, err))
        return false;
    if (context->json) {
        printf("{\"rows_before\": %" G_GINT64_FORMAT ", \"rows_after\": %" G_GINT64_FORMAT
               ", \"tallies\": %" G_GINT64_FORMAT ", \"ids\": %" G_GINT64_FORMAT
               ", \"known_floor\": %" G_GINT64_FORMAT "}\n",
               summary.rows_before, summary.rows_after, summary.tallies, summary.ids,
               summary.known_floor);
        return true;
    }
    g_autofree char *before = text_thousands(summary.rows_before);
    g_autofree char *after = text_thousands(summary.rows_after);
    printf("%s rows of usage became %s\n", before, after);
    if (summary.tallies > 0) {
        g_autofree char *tallies = text_thousands(summary.tallies);
        printf("%s hidden versions of records were forgotten\n", tallies);
    }
    if (summary.ids > 0) {
        g_autofree char *ids = text_thousands(summary.ids);
        printf("%s ids of records were put into one order\n", ids);
    }
    if (summary.known_floor > 0) {
        char day[DAY_TEXT_SIZE];
        day_format(summary.floor_day, day);
        printf("what was known before %s (commit %" G_GINT64_FORMAT
               ") can no longer be asked or undone\n",
               day, summary.known_floor);
    }
    return true;
}

const struct command cmd_compact = {
    "compact", "", "Merge rows of usage and ids that came in many loads; no fact changes",
    "What was known more than warehouse.known_floor_days (400) ago "
    "can no longer be asked or undone afterwards.\n"
    "Examples:\n  kenko compact\n  kenko compact --json\n",
    run};
