/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/account_words.h"
#include "cli/commands.h"
#include "core/text.h"

static const char *health(struct arena *arena, const struct q_change_account_row *row)
{
    return row->effective_bp_is_null ? "Unknown"
                                     : arena_printf(arena, "%.2f", row->effective_bp / 100.0);
}

static ssize_t find_after(const struct change_account *c, const char *name)
{
    for (size_t i = 0; i < c->after.day.n; i++) {
        if (strcmp(c->after.measures.row[i].name, name) == 0)
            return (ssize_t)i;
    }
    return -1;
}

static void print_line(const char *what, int bp)
{
    account_words_pad(what, 66);
    printf("%+8.2f\n", bp / 100.0);
}

/* Measures whose values moved health, most first; what they were and are. */
static void print_behaviour(struct arena *arena, const struct change_account *c)
{
    bool said[CHANGE_MEASURES_MAX] = {false};
    for (size_t k = 0; k < c->before.day.n; k++) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < c->before.day.n; i++) {
            if (!said[i] && c->change.part_bp[i] != 0 &&
                (best == SIZE_MAX || abs(c->change.part_bp[i]) > abs(c->change.part_bp[best])))
                best = i;
        }
        if (best == SIZE_MAX)
            return;
        said[best] = true;
        ssize_t now = find_after(c, c->before.measures.row[best].name);
        g_autofree char *moved =
            g_strdup_printf("  %s: %s → %s", c->before.measures.row[best].label,
                            account_words_value(arena, &c->before, best),
                            now < 0 ? "?" : account_words_value(arena, &c->after, (size_t)now));
        print_line(moved, c->change.part_bp[best]);
    }
}

static void print_data(struct arena *arena, const struct change_account *c)
{
    for (size_t i = 0; i < c->before.day.n; i++) {
        const char *label = c->before.measures.row[i].label;
        ssize_t now = find_after(c, c->before.measures.row[i].name);
        if (c->change.lost[i])
            printf("  %s: no longer known, was %s\n", label,
                   account_words_value(arena, &c->before, i));
        if (c->change.gained[i])
            printf("  %s: newly known%s%s\n", label, now < 0 ? "" : ", is ",
                   now < 0 ? "" : account_words_value(arena, &c->after, (size_t)now));
    }
}

static void print_change(struct arena *arena, const struct change_account *c)
{
    const struct change *d = &c->change;
    print_line("behaviour: what the customer did", d->behaviour_bp);
    print_behaviour(arena, c);
    print_line("data: what came or went", d->availability_bp);
    print_data(arena, c);
    print_line("configuration: scorecard and metrics", d->configuration_bp);
    print_line("caps and overrides", d->override_bp);
    if (!c->before.row.override_note_is_null)
        printf("  before: %s\n", c->before.row.override_note);
    if (!c->after.row.override_note_is_null)
        printf("  after: %s\n", c->after.row.override_note);
    print_line("sum", d->behaviour_bp + d->availability_bp + d->configuration_bp + d->override_bp);
    if (c->is_computed)
        printf("the scorecard changed so that the stored rows do not give the parts: the day after "
               "was computed\nagain under the one before, as known at %" G_GINT64_FORMAT "\n",
               c->after.row.known_no);
}

static void print_json(const char *key, const struct change_account *c)
{
    const struct change *d = &c->change;
    char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];
    g_autoptr(GString) out = g_string_new("{\"account\": \"");
    text_json(out, key);
    g_string_append_printf(out, "\", \"from\": \"%s\", \"to\": \"%s\", \"before_bp\": ",
                           day_format(c->before.row.as_of, from),
                           day_format(c->after.row.as_of, to));
    account_words_json(out, c->before.row.effective_bp_is_null, c->before.row.effective_bp);
    g_string_append(out, ", \"after_bp\": ");
    account_words_json(out, c->after.row.effective_bp_is_null, c->after.row.effective_bp);
    const struct {
        const char *name;
        int bp;
    } parts[] = {{"behaviour_bp", d->behaviour_bp},
                 {"availability_bp", d->availability_bp},
                 {"configuration_bp", d->configuration_bp},
                 {"override_bp", d->override_bp}};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_string_append_printf(out, ", \"%s\": ", parts[i].name);
        account_words_json(out, !c->is_split, parts[i].bp);
    }
    g_string_append_printf(out, ", \"computed\": %s, \"measures\": [",
                           c->is_computed ? "true" : "false");
    for (size_t i = 0; c->is_split && i < c->before.day.n; i++) {
        g_string_append_printf(out, "%s{\"measure\": \"", i ? ", " : "");
        text_json(out, c->before.measures.row[i].name);
        g_string_append_printf(out, "\", \"behaviour_bp\": %d, \"data\": \"%s\"}", d->part_bp[i],
                               d->lost[i]     ? "lost"
                               : d->gained[i] ? "gained"
                                              : "");
    }
    printf("%s]}\n", out->str);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    int32_t from, to;
    if (!context_options(context, &cmd_diff, NULL, &argc, &argv, err))
        return false;
    if (argc != 4)
        return err_set(err, KENKO_ERROR_USAGE, "want kenko diff ACCOUNT DAY DAY");
    if (!day_parse(slice_of(argv[2]), &from, err) || !day_parse(slice_of(argv[3]), &to, err))
        return false;
    g_autoptr(arena_t) arena = arena_new();
    struct change_account *c = arena_one(arena, struct change_account);
    if (!context_open(context, err) ||
        !change_account_load(arena, context->db, context->config, argv[1], from, to, c, err))
        return false;
    if (context->json) {
        print_json(argv[1], c);
        return true;
    }
    char first[DAY_TEXT_SIZE], second[DAY_TEXT_SIZE];
    printf("%s: health %s on %s → %s on %s\n", argv[1], health(arena, &c->before.row),
           day_format(c->before.row.as_of, first), health(arena, &c->after.row),
           day_format(c->after.row.as_of, second));
    if (c->is_split)
        print_change(arena, c);
    else
        printf("%s\n", c->why_not);
    return true;
}

const struct command cmd_diff = {
    "diff", "ACCOUNT DAY DAY", "Say why an account's health changed between two days",
    "Each DAY means the newest published day up to it. The parts add up to the change exactly.\n"
    "Examples:\n  kenko diff acc-00017 2026-11-16 2026-11-23\n"
    "  kenko diff acc-00017 2026-10-01 2026-11-01 --json\n",
    run};
