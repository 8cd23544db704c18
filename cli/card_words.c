/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/card_words.h"

#include <string.h>

#include "core/text.h"

struct words {
    GString *out;
    struct health_engine *engine;
    struct rational_pool *pool;
    const struct scorecard *card;
    const struct health *health;
};

/* Decimals of a step: 1 has none, 0.1 has one; what is no decimal has nine. */
static int digits_of(struct rational_pool *pool, struct rational step)
{
    int digits = 0;
    for (; digits < 9 && (step.big || step.d > 1); digits++)
        step = rational_multiply(pool, step, rational_int(10));
    return digits;
}

/* The number as the card rounds it: "8.5". */
static void append_shown(const struct words *w, struct rational x)
{
    rational_append_decimal(w->out, w->pool, x, digits_of(w->pool, w->card->round_total.step));
}

/* For people: at most three decimals, without zeros at the end. --json has the fraction. */
static void append_plain(const struct words *w, struct rational x)
{
    gsize begin = w->out->len;
    struct rational step = rational_of(1, 1000);
    rational_append_decimal(w->out, w->pool, rational_round(w->pool, x, step, ROUND_NEAREST_AWAY),
                            3);
    while (w->out->len > begin + 1 && w->out->str[w->out->len - 1] == '0')
        g_string_truncate(w->out, w->out->len - 1);
    if (w->out->str[w->out->len - 1] == '.')
        g_string_truncate(w->out, w->out->len - 1);
}

static void put_key(GString *out, const char *key)
{
    g_string_append(out, ", \"");
    text_json(out, key);
    g_string_append(out, "\": ");
}

static void put_exact(const struct words *w, const char *key, bool there, struct rational x)
{
    put_key(w->out, key);
    if (!there) {
        g_string_append(w->out, "null");
        return;
    }
    g_string_append_c(w->out, '"');
    rational_append(w->out, x);
    g_string_append_c(w->out, '"');
}

/* null where the card prints no rounded number. */
static void put_rounded(const struct words *w, const char *key, bool there, struct rational x)
{
    put_key(w->out, key);
    if (!there || w->card->round_total.rule == ROUND_NONE) {
        g_string_append(w->out, "null");
        return;
    }
    g_string_append_c(w->out, '"');
    append_shown(w, x);
    g_string_append_c(w->out, '"');
}

static void put_int(GString *out, const char *key, bool there, int value)
{
    put_key(out, key);
    if (there)
        g_string_append_printf(out, "%d", value);
    else
        g_string_append(out, "null");
}

/* What the same scores would make were groups not rounded on the way. */
static void put_unrounded(const struct words *w, bool there)
{
    struct scorecard once = *w->card;
    struct scorecard_tally tally;
    once.round_group.rule = ROUND_NONE;
    scorecard_level_tally(&once, w->pool, w->health->counts, w->health->score, &tally);
    put_exact(w, "rounded_once_exact", there, tally.total);
}

static void put_head(const struct words *w, const char *account)
{
    const struct health *h = w->health;
    bool number = h->is_known && w->card->shows_number;
    g_string_append(w->out, "{\"account\": \"");
    text_json(w->out, account);
    g_string_append_c(w->out, '"');
    text_json_member(w->out, "profile", h->profile);
    put_key(w->out, "scored");
    g_string_append(w->out, h->is_scored ? "true" : "false");
    put_int(w->out, "health_bp", h->is_known, h->health_bp);
    put_int(w->out, "effective_bp", h->is_known, h->effective_bp);
    text_json_member(w->out, "band", *h->band ? h->band : NULL);
    put_int(w->out, "coverage_bp", true, h->coverage_bp);
    put_int(w->out, "lower_bp", true, h->lower_bp);
    put_int(w->out, "upper_bp", true, h->upper_bp);
    put_exact(w, "raw_exact", number, h->tally.raw);
    put_exact(w, "computed_exact", number, h->computed);
    put_rounded(w, "computed_rounded", number, h->shown_computed);
    put_exact(w, "health_exact", number, h->effective);
    put_rounded(w, "health_rounded", number, h->shown_effective);
    put_unrounded(w, number && h->tally.known);
    text_json_member(w->out, "cap", h->cap);
    put_exact(w, "cap_value", h->cap != NULL, h->effective);
}

static void put_contributions(const struct words *w)
{
    const struct health *h = w->health;
    g_string_append(w->out, ", \"contributions\": {");
    gsize begin = w->out->len;
    for (size_t i = 0; i < w->card->n_measures && h->is_known; i++)
        put_int(w->out, w->card->measure[i].name, h->counts[i], h->contribution_bp[i]);
    if (w->out->len > begin)
        g_string_erase(w->out, (gssize)begin, 2);
    g_string_append(w->out, "}");
    put_int(w->out, "start_bp", h->is_known, h->start_bp);
    put_int(w->out, "limits_bp", h->is_known, h->limits_bp);
    put_int(w->out, "rounding_bp", h->is_known, h->rounding_bp);
    put_int(w->out, "cap_bp", h->is_known, h->effective_bp - h->health_bp);
}

/* Whole weights → as they were written, which is of the same proportions. */
static void put_groups(const struct words *w)
{
    const struct scorecard_tally *t = &w->health->tally;
    g_string_append(w->out, ", \"groups\": [");
    for (size_t g = 0; g < w->card->n_groups; g++) {
        bool known = w->health->is_scored && t->group_known[g];
        g_string_append(w->out, g ? ", {\"group\": \"" : "{\"group\": \"");
        text_json(w->out, w->card->group[g].name);
        g_string_append_c(w->out, '"');
        put_exact(w, "raw", known, t->group_raw[g]);
        put_exact(w, "score", known, t->group[g]);
        put_exact(w, "weight", known, w->card->group[g].written_weight);
        put_exact(w, "usable_weight", w->health->is_scored,
                  health_usable_weight(w->engine, w->health, g));
        g_string_append_c(w->out, '}');
    }
    g_string_append_c(w->out, ']');
}

static void put_measures(const struct words *w)
{
    const struct health *h = w->health;
    g_string_append(w->out, ", \"measures\": [");
    for (size_t i = 0; i < w->card->n_measures && h->is_scored; i++) {
        const struct scorecard_measure *m = &w->card->measure[i];
        g_string_append(w->out, i ? ", {\"measure\": \"" : "{\"measure\": \"");
        text_json(w->out, m->name);
        g_string_append_c(w->out, '"');
        text_json_member(w->out, "quality",
                         metric_quality_name((enum metric_quality)h->quality[i]));
        put_exact(w, "score", h->counts[i], h->score[i]);
        text_json_member(w->out, "level", health_knows(h, i) ? h->level[i] : NULL);
        put_int(w->out, "score_bp", h->counts[i], h->measure_bp[i]);
        put_int(w->out, "lost_bp", h->is_known && h->counts[i], h->lost_bp[i]);
        g_string_append_c(w->out, '}');
    }
    g_string_append_c(w->out, ']');
}

static void put_inputs(const struct words *w)
{
    g_string_append(w->out, ", \"inputs\": {");
    gsize begin = w->out->len;
    for (size_t i = 0; i < w->card->n_inputs; i++) {
        const struct scorecard_value *v = health_input(w->engine, i);
        const char *name = w->card->input[i].name;
        if (v->text && scorecard_value_known(v))
            put_key(w->out, name);
        if (v->text && scorecard_value_known(v)) {
            g_string_append_c(w->out, '"');
            text_json(w->out, v->text);
            g_string_append_c(w->out, '"');
        } else
            put_exact(w, name, scorecard_value_known(v), v->number);
    }
    if (w->out->len > begin)
        g_string_erase(w->out, (gssize)begin, 2);
    g_string_append_c(w->out, '}');
}

void card_words_json(GString *out, struct health_engine *engine, const char *account,
                     const struct health *health)
{
    const struct words w = {out, engine, health_engine_pool(engine), health_engine_card(engine),
                            health};
    put_head(&w, account);
    put_exact(&w, "usable_weight", health->is_scored,
              health_usable_weight(engine, health, w.card->n_groups));
    put_contributions(&w);
    put_groups(&w);
    put_measures(&w);
    put_inputs(&w);
    g_string_append_c(out, '}');
}

static void say_extra(GString *out, const char *what, int bp)
{
    if (bp != 0)
        g_string_append_printf(out, "    %+7d  %s\n", bp, what);
}

void card_words_text(GString *out, struct health_engine *engine, const char *account,
                     const struct health *h)
{
    const struct words w = {out, engine, health_engine_pool(engine), health_engine_card(engine), h};
    const struct scorecard *card = w.card;
    g_string_append_printf(out, "%s: ", account);
    if (!h->is_scored) {
        g_string_append(out, "not scored\n");
        return;
    }
    if (!h->is_known)
        g_string_append_printf(out, "Unknown, coverage %d, between %d and %d\n", h->coverage_bp,
                               h->lower_bp, h->upper_bp);
    else {
        g_string_append_printf(out, "health %d of 10000", h->health_bp);
        g_string_append(out, " (");
        if (card->round_total.rule == ROUND_NONE)
            append_plain(&w, h->shown_computed);
        else
            append_shown(&w, h->shown_computed);
        g_string_append_printf(out, "), band %s, coverage %d, between %d and %d\n",
                               *h->band ? h->band : "none", h->coverage_bp, h->lower_bp,
                               h->upper_bp);
    }
    for (size_t i = 0; i < card->n_measures; i++) {
        if (!h->is_known || !h->counts[i])
            g_string_append_printf(out, "          -  %s: %s\n", card->measure[i].label,
                                   metric_quality_name((enum metric_quality)h->quality[i]));
        else {
            g_string_append_printf(out, "    %+7d  %s: ", h->contribution_bp[i],
                                   card->measure[i].label);
            append_plain(&w, h->score[i]);
            g_string_append_printf(out, "%s%s%s\n", h->level[i] ? " " : "",
                                   h->level[i] ? h->level[i] : "",
                                   h->quality[i] == METRIC_CARRIED ? ", carried" : "");
        }
    }
    say_extra(out, "start", h->start_bp);
    say_extra(out, "limits", h->limits_bp);
    say_extra(out, "rounding", h->rounding_bp);
    if (h->cap)
        g_string_append_printf(out, "    %+7d  %s: effective %d\n", h->effective_bp - h->health_bp,
                               h->cap, h->effective_bp);
}
