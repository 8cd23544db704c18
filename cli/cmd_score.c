/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/text.h"
#include "scoring/blas.h"
#include "scoring/restate.h"
#include "scoring/revenue_publish.h"
#include "scoring/score.h"

/* The next day of the cadence: months and weeks keep their day, months are cut to their length. */
static int32_t step(int32_t first, int n, const char *every)
{
    if (strcmp(every, "week") == 0)
        return first + 7 * n;
    if (strcmp(every, "day") == 0)
        return first + n;
    int year, month, day;
    day_to_civil(first, &year, &month, &day);
    int32_t start = day_month_start(first, n);
    return start + MIN(day, day_month_length(start)) - 1;
}

static bool list_days(struct context *context, const char *from, const char *to, const char *every,
                      GArray *days, GError **err)
{
    int32_t first, last;
    if (strcmp(every, "month") != 0 && strcmp(every, "week") != 0 && strcmp(every, "day") != 0)
        return err_set(err, KENKO_ERROR_USAGE, "--every is '%s', want day, week or month", every);
    if (!context_day(context, "from", from, &first, err) ||
        !context_day(context, "to", to, &last, err))
        return false;
    if (first > last)
        return err_set(err, KENKO_ERROR_USAGE, "--from %s is after --to %s", from, to);
    for (int n = 0;; n++) {
        int32_t day = step(first, n, every);
        if (day > last)
            break;
        g_array_append_val(days, day);
    }
    if (g_array_index(days, int32_t, days->len - 1) != last)
        g_array_append_val(days, last);
    return true;
}

/* --restate FROM..TO */
static bool restate(struct context *context, const char *span, GError **err)
{
    const char *dots = strstr(span, "..");
    struct restate_options options = {.progress = context_progress(context)};
    struct restate_summary s;
    if (!dots)
        return err_set(err, KENKO_ERROR_USAGE, "--restate is '%s', want FROM..TO", span);
    g_autofree char *from = g_strndup(span, (gsize)(dots - span));
    if (!context_day(context, "restate", from, &options.from, err) ||
        !context_day(context, "restate", dots + 2, &options.to, err) || !context_open(context, err))
        return false;
    if (options.from > options.to)
        return err_set(err, KENKO_ERROR_USAGE, "--restate %s ends before it begins", span);
    blas_prepare(stderr);
    if (!restate_run(context->db, context->dsn, context->config, &options, &s, err))
        return false;
    if (context->json)
        printf("{\"days\": %zu, \"skipped\": %zu, \"accounts\": %" G_GINT64_FORMAT
               ", \"different\": %" G_GINT64_FORMAT ", \"known_no\": %" G_GINT64_FORMAT "}\n",
               s.days, s.skipped, s.accounts, s.different, s.known_no);
    else
        printf("%zu published days with what is known at %" G_GINT64_FORMAT ": %" G_GINT64_FORMAT
               " of %" G_GINT64_FORMAT " scores are others%s\n",
               s.days, s.known_no, s.different, s.accounts,
               s.skipped ? "; days from before configurations were kept are left out" : "");
    return true;
}

static void print_json(const struct score_summary *s)
{
    g_autoptr(GString) message = g_string_new(NULL);
    text_json(message, s->message);
    printf("{\"runs\": %zu, \"accounts\": %zu, \"unknown\": %zu, \"stored\": %" G_GINT64_FORMAT
           ", \"known_no\": %" G_GINT64_FORMAT
           ", \"input_sha256\": \"%s\", \"output_sha256\": \"%s\", \"message\": \"%s\"}\n",
           s->runs, s->accounts, s->unknown, s->stored, s->known_no, s->input_sha256,
           s->output_sha256, message->str);
}

static void print_text(const struct score_summary *s)
{
    printf("%zu days scored, %" G_GINT64_FORMAT
           " results stored that differ; the last day: %zu accounts, %zu of them Unknown, known "
           "at %" G_GINT64_FORMAT ", digest %.12s\n",
           s->runs, s->stored, s->accounts, s->unknown, s->known_no, s->output_sha256);
    if (*s->message)
        printf("%s\n", s->message);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *as_of = NULL, *from = NULL, *to = NULL, *every = NULL, *card = NULL,
                    *span = NULL;
    gint64 known = -1;
    gboolean no_publish = FALSE;
    const GOptionEntry own[] = {
        {"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of, "Score this day: facts before it", "DAY"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "First of several days", "DAY"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "Last of several days", "DAY"},
        {"every", 0, 0, G_OPTION_ARG_STRING, &every, "day, week or month (month)", "STEP"},
        {"known-at", 0, 0, G_OPTION_ARG_INT64, &known, "Only loads up to this commit number", "K"},
        {"scorecard", 0, 0, G_OPTION_ARG_STRING, &card, "Another scorecard than the configured",
         "NAME"},
        {"restate", 0, 0, G_OPTION_ARG_STRING, &span,
         "Compute published days with what is known now, beside what was published", "FROM..TO"},
        {"no-publish", 0, 0, G_OPTION_ARG_NONE, &no_publish, "Readers keep what they have", NULL},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_score, own, &argc, &argv, err))
        return false;
    if (span)
        return restate(context, span, err);
    g_autoptr(GArray) days = g_array_new(FALSE, FALSE, sizeof(int32_t));
    int32_t day;
    if (from && to) {
        if (!list_days(context, from, to, every ? every : "month", days, err))
            return false;
    } else if (as_of && !from && !to) {
        if (!context_day(context, "as-of", as_of, &day, err))
            return false;
        g_array_append_val(days, day);
    } else {
        return err_set(err, KENKO_ERROR_USAGE, "want --as-of DAY, or --from DAY --to DAY");
    }
    if (!context_open(context, err))
        return false;
    blas_prepare(stderr);
    struct score_options options = {(const int32_t *)(void *)days->data,
                                    days->len,
                                    known,
                                    card,
                                    !no_publish,
                                    context_progress(context)};
    struct score_summary summary;
    bool is_new;
    if (!score_run(context->db, context->dsn, context->config, &options, &summary, err))
        return false;
    if (context->json)
        print_json(&summary);
    else
        print_text(&summary);
    if (!no_publish && !revenue_publish(context->db, context->config, &is_new, err))
        return err_context(err, "scores are published, revenue is as it was");
    context_next(context, "kenko report weekly --output weekly.html");
    return true;
}

const struct command cmd_score = {
    "score", "", "Score all customers for one day or many",
    "Examples:\n  kenko score --as-of 2026-11-23\n"
    "  kenko score --from 2026-01-01 --to 2026-11-01 --every month\n"
    "  kenko score --as-of 2026-10-01 --known-at 40 --no-publish --json\n"
    "  kenko score --restate 2026-10-01..today\n",
    run};
