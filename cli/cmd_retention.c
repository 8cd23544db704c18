/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/commands.h"
#include "core/text.h"
#include "ingest/retention.h"
#include "scoring/score_thin.h"

static void print_summary(const struct context *context, const struct retention_summary *s,
                          const struct score_thin_summary *scores, bool dry_run)
{
    if (context->json) {
        printf("{\"months\": %" G_GINT64_FORMAT ", \"rejects\": %" G_GINT64_FORMAT
               ", \"ids\": %" G_GINT64_FORMAT ", \"versions\": %" G_GINT64_FORMAT
               ", \"pushed\": %" G_GINT64_FORMAT ", \"score_days\": %" G_GINT64_FORMAT
               ", \"dry_run\": %s}\n",
               s->months, s->rejects, s->ids, s->versions, s->pushed, scores->days,
               dry_run ? "true" : "false");
        return;
    }
    char from[DAY_TEXT_SIZE] = "";
    if (s->usage_from > INT32_MIN)
        day_format(s->usage_from, from);
    g_autofree char *rejects = text_thousands(s->rejects), *ids = text_thousands(s->ids);
    printf("%s: %" G_GINT64_FORMAT
           " months of usage%s%s, %s rejects, %s ids, scores of %" G_GINT64_FORMAT " days\n",
           dry_run ? "would drop" : "dropped", s->months, *from ? " before " : "", from, rejects,
           ids, scores->days);
    if (s->versions > 0) {
        g_autofree char *versions = text_thousands(s->versions);
        printf("%s: %s versions of records that newer ones replaced\n",
               dry_run ? "would drop" : "dropped", versions);
    }
    if (s->pushed > 0)
        printf("%s: %" G_GINT64_FORMAT " pushed events whose key no source names\n",
               dry_run ? "would reject" : "rejected", s->pushed);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    gboolean dry_run = FALSE;
    const GOptionEntry own[] = {{"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Count only", NULL},
                                G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_retention, own, &argc, &argv, err) ||
        !context_open(context, err))
        return false;
    const struct retention_options options = {g_get_real_time(), dry_run};
    struct retention_summary summary;
    struct score_thin_summary scores;
    if (!retention_run(context->db, context->dsn, context->config, context->zone, &options,
                       &summary, err) ||
        !score_thin(context->db, context->dsn, context->config, dry_run, &scores, err))
        return false;
    print_summary(context, &summary, &scores, dry_run);
    return true;
}

const struct command cmd_retention = {
    "retention", "", "Drop what is older than the configuration keeps",
    "Without a section retention in kenko.yaml all facts are kept. Scores older than\n"
    "score.keep_daily_months (13) are kept for the last scored day of each week.\n"
    "Examples:\n  kenko retention --dry-run\n  kenko retention\n",
    run};
