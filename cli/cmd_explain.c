/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/text.h"
#include "sql/scoring.h"

static void print_bar(double points)
{
    int n = (int)(points + 0.5);
    for (int i = 0; i < n && i < 40; i++)
        fputs("█", stdout);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    if (!context_options(context, &cmd_explain, NULL, &argc, &argv, err))
        return false;
    if (argc != 2)
        return err_set(err, KENKO_ERROR_USAGE, "want kenko explain ACCOUNT");
    g_autoptr(arena_t) arena = arena_new();
    struct q_explain_account_row a;
    struct q_explain_measures_rows m;
    bool found;
    if (!context_open(context, err) ||
        !q_explain_account(arena, context->db, argv[1], &a, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "'%s' has no published score", argv[1]);
    if (!q_explain_measures(arena, context->db, a.scorecard_id, &m, err))
        return false;
    char day[DAY_TEXT_SIZE];
    printf("%s on %s: %s", argv[1], day_format(a.as_of, day), a.band);
    if (!a.health_bp_is_null)
        printf(", health %.2f (%.2f to %.2f if the missing were known)", a.effective_bp / 100.0,
               a.lower_bp / 100.0, a.upper_bp / 100.0);
    printf(", coverage %.0f %%\n", a.coverage_bp / 100.0);
    if (!a.p_churn_1e9_is_null)
        printf("churn within 90 days: %.1f %% (%.1f to %.1f)\n", (double)a.p_churn_1e9 / 1e7,
               (double)a.p_lower_1e9 / 1e7, (double)a.p_upper_1e9 / 1e7);
    for (size_t i = 0; i < m.n && i < a.contribution_bp.n; i++) {
        bool missing = a.metric_value.is_null && a.metric_value.is_null[i];
        printf("  %-14s %-26s ", m.row[i].group_label, m.row[i].label);
        if (missing)
            printf("%12s", a.metric_quality.v[i]);
        else
            printf("%12.3g", a.metric_value.v[i]);
        printf("  +%6.2f  -%6.2f  ", a.contribution_bp.v[i] / 100.0, a.lost_bp.v[i] / 100.0);
        print_bar(a.contribution_bp.v[i] / 100.0);
        printf("\n");
    }
    if (!a.health_bp_is_null)
        printf("  %-54s  =%6.2f\n", "health", a.health_bp / 100.0);
    return true;
}

const struct command cmd_explain = {"explain", "ACCOUNT", "Say why an account has its health",
                                    "Example:\n  kenko explain acc-00017\n", run};
