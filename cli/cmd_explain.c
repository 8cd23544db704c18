/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/account_words.h"
#include "cli/commands.h"
#include "cli/risk_words.h"
#include "core/text.h"
#include "scoring/change_account.h"

enum { BAR_POINTS = 2, COLUMN_MAX = 30 };

static void print_bar(int bp)
{
    for (int i = BAR_POINTS * 50; i <= bp; i += BAR_POINTS * 100)
        fputs("█", stdout);
}

static void print_head(struct arena *arena, const char *key, const struct q_change_account_row *a)
{
    char day[DAY_TEXT_SIZE];
    g_autofree char *name = format_plain(a->name_is_null ? "" : a->name);
    printf("%s%s%s on %s: %s", key, *name ? " " : "", name, day_format(a->as_of, day), a->band);
    if (!a->health_bp_is_null)
        printf(", health %.2f (%.2f to %.2f if the missing were known)", a->effective_bp / 100.0,
               a->lower_bp / 100.0, a->upper_bp / 100.0);
    printf(", coverage %s\n", format_percent(arena, LANGUAGE_EN, a->coverage_bp / 100.0, 0));
    if (!a->override_note_is_null)
        printf("%s: computed %.2f, shown %.2f\n", a->override_note, a->health_bp / 100.0,
               a->effective_bp / 100.0);
    if (!a->p_churn_1e9_is_null)
        printf("churn within 90 days: %.1f %% (%.1f to %.1f)\n", (double)a->p_churn_1e9 / 1e7,
               (double)a->p_lower_1e9 / 1e7, (double)a->p_upper_1e9 / 1e7);
}

static void print_measures(struct arena *arena, const struct change_account_day *d)
{
    const struct q_change_account_row *a = &d->row;
    int group = 0, label = 0;
    for (size_t i = 0; i < d->day.n; i++) {
        group = MAX(group, text_width(d->measures.row[i].group_label));
        label = MAX(label, text_width(d->measures.row[i].label));
    }
    printf("\nWhy this health: what each measure gives and costs, in points\n");
    for (size_t i = 0; i < d->day.n; i++) {
        const struct q_change_measures_row *m = &d->measures.row[i];
        fputs("  ", stdout);
        account_words_pad(m->group_label, MIN(group, COLUMN_MAX));
        account_words_pad(m->label, MIN(label, COLUMN_MAX));
        account_words_pad(account_words_value(arena, d, i), 16);
        printf("%+7.2f %+7.2f  ", a->contribution_bp.v[i] / 100.0, -a->lost_bp.v[i] / 100.0);
        print_bar(a->contribution_bp.v[i]);
        printf("\n");
    }
    if (a->health_bp_is_null)
        printf("  too little is known for a health: it is Unknown, not 0\n");
    else
        printf("  %*s%7.2f %+7.2f\n", MIN(group, COLUMN_MAX) + MIN(label, COLUMN_MAX) + 22,
               "health  ", a->health_bp / 100.0, a->health_bp / 100.0 - 100);
}

static int by_size(const void *a, const void *b, void *context)
{
    const double *v = context;
    double x = fabs(v[*(const size_t *)a]), y = fabs(v[*(const size_t *)b]);
    return (x < y) - (x > y);
}

/* Factors of the odds, largest first; their product with the average customer's odds is exact. */
static bool print_risk(struct arena *arena, struct db *db, const struct q_change_account_row *a,
                       GError **err)
{
    struct q_change_features_rows f;
    if (a->risk_contribution_is_null || a->model_id_is_null)
        return true;
    if (!q_change_features(arena, db, a->model_id, &f, err))
        return false;
    size_t n = MIN(f.n, a->risk_contribution.n), *order = arena_many(arena, n + 1, size_t);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof *order, by_size, (void *)(uintptr_t)a->risk_contribution.v);
    printf("\nWhy this risk: by what each multiplies the odds of leaving\n");
    for (size_t k = 0; k < n; k++) {
        size_t i = order[k];
        double v = a->risk_contribution.v[i];
        bool missing = a->risk_value_is_null || (a->risk_value.is_null && a->risk_value.is_null[i]);
        if (fabs(v) < 0.05)
            break;
        fputs("  ", stdout);
        account_words_pad(f.row[i].label, COLUMN_MAX);
        account_words_pad(
            missing ? "no data"
                    : format_quantity(arena, LANGUAGE_EN, a->risk_value.v[i], f.row[i].unit),
            16);
        printf("×%6.2f  %s\n", exp(v), v > 0 ? "raises" : "lowers");
    }
    return true;
}

static void print_json(const char *key, const struct change_account_day *d,
                       const struct risk_words *risk)
{
    const struct q_change_account_row *a = &d->row;
    char day[DAY_TEXT_SIZE];
    g_autoptr(GString) out = g_string_new("{\"account\": \"");
    text_json(out, key);
    g_string_append_printf(out,
                           "\", \"as_of\": \"%s\", \"run_id\": %" G_GINT64_FORMAT ", \"band\": \"",
                           day_format(a->as_of, day), a->run_id);
    text_json(out, a->band);
    g_string_append_printf(out, "\", \"health_bp\": ");
    account_words_json(out, a->health_bp_is_null, a->health_bp);
    g_string_append(out, ", \"effective_bp\": ");
    account_words_json(out, a->effective_bp_is_null, a->effective_bp);
    g_string_append_printf(out, ", \"coverage_bp\": %d, \"p_churn_1e9\": ", a->coverage_bp);
    account_words_json(out, a->p_churn_1e9_is_null, a->p_churn_1e9);
    risk_words_json(out, risk);
    g_string_append(out, ",\n \"measures\": [");
    for (size_t i = 0; i < d->day.n; i++) {
        g_string_append_printf(out, "%s{\"measure\": \"", i ? ",\n  " : "");
        text_json(out, d->measures.row[i].name);
        g_string_append(out, "\", \"quality\": \"");
        text_json(out, a->metric_quality.v[i]);
        g_string_append_printf(out, "\", \"contribution_bp\": %d, \"lost_bp\": %d}",
                               a->contribution_bp.v[i], a->lost_bp.v[i]);
    }
    printf("%s]}\n", out->str);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *as_of = NULL;
    const GOptionEntry own[] = {{"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of,
                                 "The newest published day up to this day", "DAY"},
                                G_OPTION_ENTRY_NULL};
    int32_t day = INT32_MAX;
    if (!context_options(context, &cmd_explain, own, &argc, &argv, err) ||
        (as_of && !context_day(context, "as-of", as_of, &day, err)))
        return false;
    if (argc != 2)
        return err_set(err, KENKO_ERROR_USAGE, "want kenko explain ACCOUNT");
    g_autoptr(arena_t) arena = arena_new();
    struct change_account_day *d = arena_one(arena, struct change_account_day);
    struct risk_words risk;
    if (!context_open(context, err) ||
        !change_account_day(arena, context->db, argv[1], day, d, err) ||
        !risk_words_load(arena, context, &d->row, &risk, err))
        return false;
    if (context->json) {
        print_json(argv[1], d, &risk);
        return true;
    }
    print_head(arena, argv[1], &d->row);
    risk_words_print(&risk);
    print_measures(arena, d);
    if (!print_risk(arena, context->db, &d->row, err))
        return false;
    context_next(context, "kenko diff ACCOUNT DAY DAY says what changed between two days");
    return true;
}

const struct command cmd_explain = {
    "explain", "ACCOUNT", "Say why an account has its health and risk",
    "Examples:\n  kenko explain acc-00017\n  kenko explain acc-00017 --as-of 2026-10-01 --json\n",
    run};
