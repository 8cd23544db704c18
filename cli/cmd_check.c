/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/text.h"
#include "ingest/digest.h"
#include "scoring/blas.h"
#include "scoring/recompute.h"
#include "sql/core.h"

static bool invariants(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_invariant_list_rows rows;
    if (!q_invariant_list(arena, context->db, &rows, err))
        return false;
    int64_t broken = 0;
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_invariant_list_row *r = &rows.row[i];
        broken += r->violations > 0;
        printf("%s  %s", r->violations ? "BROKEN" : "ok    ", r->name);
        if (r->violations)
            printf(": %" G_GINT64_FORMAT, r->violations);
        printf("\n");
    }
    return broken == 0 ||
           err_set(err, KENKO_ERROR_CHECK, "%" G_GINT64_FORMAT " of %zu invariants are broken",
                   broken, rows.n);
}

static void print_day(const struct recompute_day *d)
{
    char day[DAY_TEXT_SIZE];
    printf("%-16s  %s  run %" G_GINT64_FORMAT "  %" G_GINT64_FORMAT " accounts%s%s\n", d->state,
           day_format(d->as_of, day), d->run_id, d->accounts, *d->message ? ": " : "", d->message);
    for (size_t i = 0; i < d->n_keys; i++)
        printf("  %s\n", d->key[i]);
}

static void print_json(const struct recompute_summary *s)
{
    g_autoptr(GString) out = g_string_new("{\"days\": [");
    for (size_t i = 0; i < s->n; i++) {
        const struct recompute_day *d = &s->day[i];
        char day[DAY_TEXT_SIZE];
        g_string_append_printf(out,
                               "%s{\"as_of\": \"%s\", \"run\": %" G_GINT64_FORMAT
                               ", \"state\": \"%s\", \"accounts\": %" G_GINT64_FORMAT
                               ", \"different\": %" G_GINT64_FORMAT,
                               i ? ", " : "", day_format(d->as_of, day), d->run_id, d->state,
                               d->accounts, d->different);
        text_json_member(out, "message", d->message);
        g_string_append_c(out, '}');
    }
    printf("%s], \"accounts\": %" G_GINT64_FORMAT ", \"different\": %" G_GINT64_FORMAT "}\n",
           out->str, s->accounts, s->different);
}

/* Whom the message names: of the first day with some. */
static bool refuse_differences(const struct recompute_summary *s, GError **err)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct recompute_day *d = &s->day[i];
        char day[DAY_TEXT_SIZE];
        if (strcmp(d->state, "different") != 0)
            continue;
        g_autoptr(GString) keys = g_string_new(NULL);
        for (size_t k = 0; k < d->n_keys; k++)
            g_string_append_printf(keys, "%s%s", k ? ", " : "", d->key[k]);
        return err_set(err, KENKO_ERROR_CHECK,
                       "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                       " account scores are not what was published: %s on %s%s",
                       s->different, s->accounts, keys->len ? keys->str : "a digest",
                       day_format(d->as_of, day), s->n > 1 ? " and what is listed" : "");
    }
    return true;
}

static bool recompute(struct context *context, int64_t accounts, const char *day, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct recompute_summary summary;
    struct recompute_options options = {.accounts = accounts,
                                        .progress = context_progress(context)};
    if (accounts < 1)
        return err_set(err, KENKO_ERROR_USAGE,
                       "--recompute is %" G_GINT64_FORMAT ", want 1 or more", accounts);
    if (!context_day(context, "day", day ? day : "today", &options.drawn_on, err) ||
        !context_open(context, err))
        return false;
    blas_prepare(stderr);
    if (!recompute_run(arena, context->db, context->dsn, &options, &summary, err))
        return false;
    if (context->json)
        print_json(&summary);
    for (size_t i = 0; !context->json && i < summary.n; i++)
        print_day(&summary.day[i]);
    if (summary.n == 0 && !context->json)
        printf("no day before %s is published\n", day ? day : "today");
    return refuse_differences(&summary, err);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    gboolean digest = FALSE;
    gint64 accounts = G_MININT64;
    g_autofree char *day = NULL;
    const GOptionEntry own[] = {
        {"digest", 0, 0, G_OPTION_ARG_NONE, &digest, "Print the content digest instead", NULL},
        {"recompute", 0, 0, G_OPTION_ARG_INT64, &accounts,
         "Compute at least N published scores again instead", "N"},
        {"day", 0, 0, G_OPTION_ARG_STRING, &day, "The day that decides which (today)", "DAY"},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_check, own, &argc, &argv, err))
        return false;
    if (accounts != G_MININT64)
        return recompute(context, accounts, day, err);
    if (!context_open(context, err))
        return false;
    if (!digest)
        return invariants(context, err);
    g_autofree char *hex = NULL;
    if (!digest_content(context->db, DIGEST_ALL, &hex, err))
        return false;
    printf("%s\n", hex);
    return true;
}

const struct command cmd_check = {
    "check", "", "Run every invariant over the warehouse",
    "Examples:\n  kenko check\n  kenko check --recompute 1000\n  kenko check --recompute 1000 "
    "--day "
    "2026-11-20 --json\n\nEnds with exit code 12 when an invariant is broken, or a score that is "
    "computed again as it was known\nthen is not the one that was published.\n",
    run};
