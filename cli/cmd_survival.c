/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/rival_words.h"
#include "core/text.h"
#include "scoring/survival.h"

static void print_estimate(const char *name, const struct survival_estimate *e)
{
    char t[3][RIVAL_WORDS_CELL];
    if (isnan(e->p))
        printf(", \"%s\": null", name);
    else
        printf(", \"%s\": [%s, %s, %s]", name, rival_words_cell(t[0], "%.9g", e->p),
               rival_words_cell(t[1], "%.9g", e->low), rival_words_cell(t[2], "%.9g", e->high));
}

static void print_number(const char *name, double v)
{
    g_autoptr(GString) out = g_string_new(NULL);
    text_json_number(out, name, v);
    fputs(out->str, stdout);
}

/* Estimates are [value, low, high]. */
static void print_json(const struct survival *s)
{
    printf("{\"cohorts\": [");
    for (size_t c = 0; c < s->n; c++) {
        const struct survival_cohort *cohort = &s->cohort[c];
        printf("%s{\"year\": %d, \"customers\": %zu, \"ended\": %zu", c ? ",\n " : "", cohort->year,
               cohort->n, cohort->ended);
        for (int k = 0; k < SURVIVAL_SPANS; k++) {
            g_autofree char *name = g_strdup_printf("stays_%d", survival_days[k]);
            print_estimate(name, &cohort->stays[k]);
        }
        print_estimate("hazard_ratio", &cohort->hazard);
        print_number("median_days", cohort->median);
        print_number("mean_days_365", cohort->mean_days);
        print_number("cox_stays_365", cohort->expected);
        printf("}");
    }
    printf("]");
    print_number("log_rank_chi2", s->chi2);
    print_number("log_rank_p", s->p);
    print_number("trend_chi2", s->trend_chi2);
    print_number("trend_p", s->trend_p);
    printf("}\n");
}

static void print_share(const struct survival_estimate *e)
{
    char t[3][RIVAL_WORDS_CELL];
    if (isnan(e->p))
        printf("  %5s %18s", "-", "");
    else
        printf("  %5s (%5s to %5s)  ", rival_words_cell(t[0], "%.3f", e->p),
               rival_words_cell(t[1], "%.3f", e->low), rival_words_cell(t[2], "%.3f", e->high));
}

static void print_text(const struct survival *s)
{
    char t[4][RIVAL_WORDS_CELL];
    bool unwatched = false;
    printf("%-6s %9s %7s", "came", "customers", "ended");
    for (int k = 0; k < SURVIVAL_SPANS; k++)
        printf("  %9d days (95 %%)", survival_days[k]);
    printf(" %8s %8s %8s  %s\n", "median", "of 365", "by Cox", "hazard (95 %)");
    for (size_t c = 0; c < s->n; c++) {
        const struct survival_cohort *cohort = &s->cohort[c];
        printf("%-6d %9zu %7zu", cohort->year, cohort->n, cohort->ended);
        for (int k = 0; k < SURVIVAL_SPANS; k++)
            print_share(&cohort->stays[k]);
        unwatched |= isnan(cohort->stays[SURVIVAL_SPANS - 1].p);
        printf(" %8s", rival_words_cell(t[3], "%.0f", cohort->median));
        printf(" %8s %8s", rival_words_cell(t[0], "%.1f", cohort->mean_days),
               rival_words_cell(t[1], "%.3f", cohort->expected));
        if (c == 0 || isnan(cohort->hazard.p))
            printf("  %s\n", c == 0 ? "the first: ×1" : "-");
        else
            printf("  ×%s (%s to %s)\n", rival_words_cell(t[0], "%.2f", cohort->hazard.p),
                   rival_words_cell(t[1], "%.2f", cohort->hazard.low),
                   rival_words_cell(t[2], "%.2f", cohort->hazard.high));
    }
    if (unwatched)
        printf("-: nobody who came then was watched from the first days on, or for so long\n");
    if (!isnan(s->p))
        printf("log-rank: chi-squared %s, p %s\n", rival_words_cell(t[0], "%.2f", s->chi2),
               rival_words_cell(t[1], "%.2g", s->p));
    if (!isnan(s->trend_p))
        printf("do hazards keep their ratio: chi-squared %s, p %s\n",
               rival_words_cell(t[0], "%.2f", s->trend_chi2),
               rival_words_cell(t[1], "%.2g", s->trend_p));
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *as_of = NULL;
    g_autoptr(arena_t) arena = arena_new();
    gint64 known = -1;
    int32_t day;
    struct survival s;
    const GOptionEntry own[] = {
        {"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of, "Facts before this day (today)", "DAY"},
        {"known-at", 0, 0, G_OPTION_ARG_INT64, &known, "Only loads up to this commit number", "K"},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_survival, own, &argc, &argv, err) ||
        !context_day(context, "as-of", as_of ? as_of : "today", &day, err) ||
        !context_open(context, err) ||
        !survival_run(arena, context->db, context->config, day, known, &s, err))
        return false;
    if (context->json)
        print_json(&s);
    else
        print_text(&s);
    return true;
}

const struct command cmd_survival = {
    "survival", "", "How long customers stay, by the year they came",
    "Kaplan and Meier's curve at 90, 180 and 365 days, the day by which half have gone, days of\n"
    "the first 365 that were stayed, the share stayed for 365 days and the hazard against the\n"
    "first year's by Cox, whether the years differ (log-rank) and whether hazards keep their "
    "ratio\n"
    "as days go by: with a small p they do not. A dash: not watched so long.\n\n"
    "Examples:\n  kenko survival\n  kenko survival --as-of 2026-11-23 --json\n",
    run};
