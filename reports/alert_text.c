/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/alert_text.h"

#include <math.h>
#include <string.h>

#include "core/day.h"
#include "core/text.h"
#include "reports/format.h"

enum { FINGERPRINT_DIGITS = 32 };

static const char unknown[] = "–";

struct filling {
    struct arena *arena;
    enum language language;
    const struct alert_rule *rule;
    const struct alert_facts *facts;
};

static const struct alert_day *now(const struct filling *f)
{
    return &f->facts->days[f->facts->day];
}

static const char *points(const struct filling *f, int32_t bp)
{
    return arena_printf(f->arena, "%.0f", bp / 100.0);
}

static const char *fill_account(const struct filling *f)
{
    return f->facts->name;
}

static const char *fill_band(const struct filling *f)
{
    return message_words_of(f->language, now(f)->band);
}

static const char *fill_health(const struct filling *f)
{
    return now(f)->has_health ? points(f, now(f)->effective_bp) : unknown;
}

static const char *fill_before(const struct filling *f)
{
    int32_t bp;
    const char *band;
    return alert_judge_before(f->rule, f->facts->days, f->facts->day, &bp, &band) ? points(f, bp)
                                                                                  : unknown;
}

static const char *fill_band_before(const struct filling *f)
{
    int32_t bp;
    const char *band;
    return alert_judge_before(f->rule, f->facts->days, f->facts->day, &bp, &band)
               ? message_words_of(f->language, band)
               : unknown;
}

static const char *fill_risk(const struct filling *f)
{
    return now(f)->has_risk ? format_percent(f->arena, f->language, (double)now(f)->p_1e9 / 1e7, 0)
                            : unknown;
}

static const char *fill_arr(const struct filling *f)
{
    return format_money(f->arena, f->language, f->facts->currency, (double)now(f)->arr_minor);
}

static const char *fill_renewal(const struct filling *f)
{
    char text[DAY_TEXT_SIZE];
    return now(f)->has_renewal ? arena_strdup(f->arena, day_format(now(f)->renewal_on, text))
                               : unknown;
}

static const char *fill_days(const struct filling *f)
{
    return now(f)->has_renewal ? format_number(f->arena, now(f)->renewal_on - now(f)->as_of)
                               : unknown;
}

/* Of the first metric among the conditions. */
static const char *fill_value(const struct filling *f)
{
    if (f->rule->when.n_limits == 0)
        return unknown;
    int wanted = f->rule->when.limit[0].wanted;
    double value = now(f)->metric[wanted];
    return isnan(value) ? unknown
                        : format_quantity(f->arena, f->language, value, f->facts->units[wanted]);
}

static const struct place {
    const char *name;
    const char *(*fill)(const struct filling *filling);
} places[] = {{"account", fill_account}, {"band", fill_band},
              {"health", fill_health},   {"before", fill_before},
              {"risk", fill_risk},       {"band_before", fill_band_before},
              {"arr", fill_arr},         {"renewal", fill_renewal},
              {"days", fill_days},       {"value", fill_value}};

static const struct place *find(const char *name, size_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        if (strlen(places[i].name) == length && memcmp(places[i].name, name, length) == 0)
            return &places[i];
    }
    return NULL;
}

static bool refuse(const char *name, size_t length, GError **err)
{
    const char *names[G_N_ELEMENTS(places) + 1] = {0};
    g_autofree char *word = g_strndup(name, length);
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        names[i] = places[i].name;
    g_autofree char *all = g_strjoinv(", ", (char **)(uintptr_t)names);
    g_autofree char *hint = text_hint(word, names);
    return err_set(err, KENKO_ERROR_CONFIG, "nothing fills the place {%s} of a sentence%s (%s)",
                   word, hint, all);
}

bool alert_text_check(const char *sentence, GError **err)
{
    for (const char *open; (open = strchr(sentence, '{')) != NULL;) {
        size_t length = strcspn(open + 1, "}");
        if (!open[1 + length])
            return err_set(err, KENKO_ERROR_CONFIG, "a sentence has a { without its }");
        if (!find(open + 1, length))
            return refuse(open + 1, length, err);
        sentence = open + length + 2;
    }
    return true;
}

const char *alert_text_say(struct arena *arena, enum language language,
                           const struct alert_rule *rule, const struct alert_facts *facts)
{
    const struct filling filling = {arena, language, rule, facts};
    const char *text = rule->sentence[language];
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *open; (open = strchr(text, '{')) != NULL; text = strchr(open, '}') + 1) {
        g_string_append_len(out, text, open - text);
        g_string_append(out, find(open + 1, strcspn(open + 1, "}"))->fill(&filling));
    }
    g_string_append(out, text);
    return arena_strdup(arena, out->str);
}

const char *alert_text_fingerprint(struct arena *arena, const char *rule, const char *account)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)rule, (gssize)strlen(rule) + 1);
    g_checksum_update(sum, (const guchar *)account, (gssize)strlen(account));
    return arena_strndup(arena, g_checksum_get_string(sum), FINGERPRINT_DIGITS);
}
