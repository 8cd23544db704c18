/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "cli/cmd_scorecard.h"
#include "ingest/override.h"

static bool take_value(const char *text, int *out, GError **err)
{
    char *end;
    double value = g_ascii_strtod(text, &end);
    if (end == text || *end || !(value >= 0 && value <= 100))
        return err_set(err, KENKO_ERROR_USAGE, "the health is '%s', want 0 to 100", text);
    *out = (int)lround(value * 100);
    return true;
}

bool cmd_scorecard_override(struct context *context, const char *account,
                            const struct cmd_scorecard_word *word, GError **err)
{
    static const char *const kinds[] = {"cap", "floor", "set"};
    const char *const given[] = {word->cap, word->floor, word->set}, *value = NULL;
    struct override o = {.account_key = account, .reason = word->reason, .author = word->author};
    int64_t load_id;
    int n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!given[i])
            continue;
        n++;
        o.kind = kinds[i];
        value = given[i];
    }
    if (n != 1 || !word->until)
        return err_set(err, KENKO_ERROR_USAGE, "want one of --cap, --floor and --set, and --until");
    if (!take_value(value, &o.value_bp, err) ||
        !context_day(context, "from", word->from ? word->from : "today", &o.valid_from, err) ||
        !context_day(context, "until", word->until, &o.expires_on, err) ||
        !override_put(context->db, &o, &load_id, err))
        return false;
    printf("%s: %s %s until %s, load %" G_GINT64_FORMAT "\n", account, o.kind, value, word->until,
           load_id);
    context_next(context, "kenko score");
    return true;
}
