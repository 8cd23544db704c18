/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard_loading.h"

#include <stdarg.h>
#include <string.h>

#include "core/text.h"

bool scorecard_loading_refuse(const struct scorecard_loading *l, GError **err, const char *below,
                              const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *place =
        config_place(l->config, l->file, "%s%s", l->path, *l->path || !*below ? below : below + 1);
    return err_set(err, KENKO_ERROR_CONFIG, "%s: %s%s%s", place, l->what, *l->what ? ": " : "",
                   why);
}

/* ".bands[2].score" → "score". */
static const char *last_key(const char *below)
{
    const char *dot = strrchr(below, '.');
    return dot ? dot + 1 : below;
}

bool scorecard_loading_number(const struct scorecard_loading *l, const char *below,
                              const char *text, struct rational *out, GError **err)
{
    if (!rational_parse(l->pool, slice_of(text), out))
        return scorecard_loading_refuse(l, err, below, "%s is '%s', want a number", last_key(below),
                                        text);
    return !out->big ||
           scorecard_loading_refuse(l, err, below, "%s is '%s', want a number of at most 18 digits",
                                    last_key(below), text);
}

bool scorecard_loading_within(const struct scorecard_loading *l, const char *below,
                              const char *text, struct rational low, struct rational high,
                              struct rational *out, GError **err)
{
    if (!scorecard_loading_number(l, below, text, out, err))
        return false;
    if (rational_compare(l->pool, *out, low) < 0 || rational_compare(l->pool, *out, high) > 0)
        return scorecard_loading_refuse(l, err, below, "%s is %s, want %g to %g", last_key(below),
                                        text, rational_to_double(low), rational_to_double(high));
    return true;
}

bool scorecard_loading_optional(const struct scorecard_loading *l, const char *below,
                                const char *text, bool *has, struct rational *out, GError **err)
{
    *has = text != NULL;
    *out = rational_int(0);
    return !text || scorecard_loading_number(l, below, text, out, err);
}

bool scorecard_loading_numbers(const struct scorecard_loading *l, const char *below,
                               char *const *text, size_t n, const struct rational **out,
                               GError **err)
{
    struct rational *all = arena_many(l->arena, n + 1, struct rational);
    for (size_t i = 0; i < n; i++) {
        g_autofree char *at = g_strdup_printf("%s[%zu]", below, i);
        if (!scorecard_loading_number(l, at, text[i], &all[i], err))
            return false;
    }
    *out = all;
    return true;
}

bool scorecard_loading_score(const struct scorecard_loading *l, const char *below, const char *text,
                             struct rational *out, const char **level, GError **err)
{
    const struct scorecard_text *card = l->text;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    *level = NULL;
    for (uint32_t i = 0; i < card->levels_count; i++) {
        g_ptr_array_add(names, card->levels[i].name);
        if (strcmp(card->levels[i].name, text) != 0)
            continue;
        *level = arena_strdup(l->arena, text);
        return scorecard_loading_number(l, below, card->levels[i].score, out, err);
    }
    if (rational_parse(l->pool, slice_of(text), out))
        return scorecard_loading_number(l, below, text, out, err);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = text_hint(text, (const char *const *)names->pdata);
    return scorecard_loading_refuse(l, err, below, "%s is '%s', want a number%s%s", last_key(below),
                                    text, card->levels_count ? " or one of the levels" : "", hint);
}

bool scorecard_loading_flag(const struct scorecard_loading *l, const char *below, const char *text,
                            bool otherwise, bool *out, GError **err)
{
    *out = text ? strcmp(text, "true") == 0 : otherwise;
    return !text || *out || strcmp(text, "false") == 0 ||
           scorecard_loading_refuse(l, err, below, "%s is '%s', want true or false",
                                    last_key(below), text);
}

bool scorecard_loading_choice(const struct scorecard_loading *l, const char *below,
                              const char *text, const char *const *words, int *out, GError **err)
{
    *out = 0;
    if (!text)
        return true;
    for (; words[*out]; (*out)++) {
        if (strcmp(words[*out], text) == 0)
            return true;
    }
    g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)words);
    return scorecard_loading_refuse(l, err, below, "%s is '%s', want one of %s", last_key(below),
                                    text, list);
}
