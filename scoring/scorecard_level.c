/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard_level.h"

#include <string.h>

enum { FULL = 10000 };

bool scorecard_level_load(const struct scorecard_loading *l,
                          const struct scorecard_text_level *text, struct scorecard_level *out,
                          GError **err)
{
    static const char *const words[] = {"mean", "sum", "worst", "best", NULL};
    int combine;
    bool has_start;
    if (!scorecard_loading_choice(l, ".combine", text->combine, words, &combine, err) ||
        !scorecard_loading_optional(l, ".start", text->start, &has_start, &out->start, err) ||
        !scorecard_loading_optional(l, ".min", text->min, &out->has_least, &out->least, err) ||
        !scorecard_loading_optional(l, ".max", text->max, &out->has_most, &out->most, err) ||
        !scorecard_loading_optional(l, ".out_of", text->out_of, &out->has_out_of, &out->out_of,
                                    err))
        return false;
    out->combine = (enum scorecard_combine)combine;
    if ((has_start || out->has_out_of) && !scorecard_level_adds(out))
        return scorecard_loading_refuse(l, err, has_start ? ".start" : ".out_of",
                                        "start and out_of belong to combine: sum");
    if (out->has_out_of && rational_sign(out->out_of) <= 0)
        return scorecard_loading_refuse(l, err, ".out_of", "out_of is %s, want more than 0",
                                        text->out_of);
    return !out->has_least || !out->has_most ||
           rational_compare(l->pool, out->least, out->most) < 0 ||
           scorecard_loading_refuse(l, err, ".max", "max is not above min");
}

/* ── one level ──────────────────────────────────────────────────────────────────────────────────
 */

/* The children of one level. */
struct children {
    size_t n;
    const bool *counts;
    const struct rational *score;
    const int64_t *weight;
};

static struct rational range_of(const struct scorecard *card, struct rational_pool *pool)
{
    return rational_subtract(pool, card->to, card->from);
}

static struct rational mean(struct rational_pool *pool, const struct children *c, int64_t weight)
{
    struct rational sum = rational_int(0);
    for (size_t i = 0; i < c->n; i++) {
        if (c->counts[i] && c->weight[i] > 0)
            sum = rational_add(pool, sum,
                               rational_multiply(pool, rational_int(c->weight[i]), c->score[i]));
    }
    return rational_divide(pool, sum, rational_int(weight));
}

static struct rational points(const struct scorecard_level *level, struct rational_pool *pool,
                              const struct children *c)
{
    struct rational sum = level->start;
    for (size_t i = 0; i < c->n; i++) {
        if (c->counts[i])
            sum = rational_add(pool, sum, c->score[i]);
    }
    return sum;
}

static int extreme(struct rational_pool *pool, const struct children *c, int sign)
{
    int best = -1;
    for (size_t i = 0; i < c->n; i++) {
        if (c->counts[i] &&
            (best < 0 || rational_compare(pool, c->score[i], c->score[best]) * sign > 0))
            best = (int)i;
    }
    return best;
}

static struct rational within(const struct scorecard_level *level, struct rational_pool *pool,
                              struct rational x)
{
    if (level->has_least && rational_compare(pool, x, level->least) < 0)
        x = level->least;
    return level->has_most && rational_compare(pool, x, level->most) > 0 ? level->most : x;
}

/* Points in a level's limits → the scale, where they are so many out of so many. */
static struct rational on_scale(const struct scorecard *card, const struct scorecard_level *level,
                                struct rational_pool *pool, struct rational x)
{
    if (!level->has_out_of)
        return x;
    struct rational share = rational_divide(pool, x, level->out_of);
    return rational_add(pool, card->from, rational_multiply(pool, share, range_of(card, pool)));
}

/* False when no child counts. */
static bool combine(const struct scorecard *card, const struct scorecard_level *level,
                    struct rational_pool *pool, const struct children *c, int64_t weight,
                    int *decides, struct rational *raw, struct rational *limited)
{
    size_t counting = 0;
    for (size_t i = 0; i < c->n; i++)
        counting += c->counts[i];
    *decides = -1;
    if (counting == 0 || (level->combine == LEVEL_MEAN && weight == 0))
        return false;
    if (level->combine == LEVEL_MEAN)
        *raw = mean(pool, c, weight);
    else if (level->combine == LEVEL_SUM)
        *raw = points(level, pool, c);
    else {
        *decides = extreme(pool, c, level->combine == LEVEL_WORST ? -1 : 1);
        *raw = c->score[*decides];
    }
    *limited = on_scale(card, level, pool, within(level, pool, *raw));
    *raw = on_scale(card, level, pool, *raw);
    return true;
}

/* ── the whole tree ─────────────────────────────────────────────────────────────────────────────
 */

/* The measures of group g as children: those of others do not count. */
static void pick(const struct scorecard *card, size_t g, const bool *counts, bool *own,
                 int64_t *weight, int64_t *total)
{
    *total = 0;
    for (size_t i = 0; i < card->n_measures; i++) {
        own[i] = counts[i] && card->measure[i].group == (int)g;
        weight[i] = card->measure[i].weight;
        *total += own[i] ? weight[i] : 0;
    }
}

void scorecard_level_tally(const struct scorecard *card, struct rational_pool *pool,
                           const bool *counts, const struct rational *score,
                           struct scorecard_tally *out)
{
    bool own[SCORECARD_MEASURES_MAX];
    int64_t weight[SCORECARD_MEASURES_MAX], group_weight[SCORECARD_GROUPS_MAX];
    out->weight = 0;
    for (size_t g = 0; g < card->n_groups; g++) {
        pick(card, g, counts, own, weight, &out->group_weight[g]);
        const struct children measures = {card->n_measures, own, score, weight};
        out->group_known[g] =
            combine(card, &card->group[g].level, pool, &measures, out->group_weight[g],
                    &out->group_decides[g], &out->group_raw[g], &out->group_limited[g]);
        group_weight[g] = card->group[g].weight;
        if (!out->group_known[g])
            continue;
        out->weight += group_weight[g];
        out->group[g] = rational_round(pool, out->group_limited[g], card->round_group.step,
                                       card->round_group.rule);
    }
    const struct children groups = {card->n_groups, out->group_known, out->group, group_weight};
    out->known = combine(card, &card->level, pool, &groups, out->weight, &out->decides, &out->raw,
                         &out->total);
}

/* What one of the scale in child i of a level does to the level's value; `factor` is what one of
 * the level's value does. */
static struct rational factor_of(const struct scorecard *card, const struct scorecard_level *level,
                                 struct rational_pool *pool, struct rational factor, int64_t weight,
                                 int64_t total, bool decides)
{
    if (level->combine == LEVEL_SUM)
        return level->has_out_of
                   ? rational_divide(pool, rational_multiply(pool, factor, range_of(card, pool)),
                                     level->out_of)
                   : factor;
    if (level->combine == LEVEL_MEAN)
        return total == 0 ? rational_int(0)
                          : rational_multiply(pool, factor, rational_of(weight, total));
    return decides ? factor : rational_int(0);
}

/* What a level's start brings, against an origin of its value. */
static struct rational start_of(const struct scorecard *card, const struct scorecard_level *level,
                                struct rational_pool *pool, struct rational factor,
                                struct rational origin)
{
    if (!scorecard_level_adds(level))
        return rational_int(0);
    struct rational start = on_scale(card, level, pool, level->start);
    return rational_multiply(pool, factor, rational_subtract(pool, start, origin));
}

/* Where scores add up, they count from 0; where they are averaged, from where the level does. */
static struct rational origin_below(const struct scorecard_level *level, struct rational origin)
{
    return scorecard_level_adds(level) ? rational_int(0) : origin;
}

static void group_parts(const struct scorecard *card, struct rational_pool *pool,
                        const bool *counts, const struct rational *score,
                        const struct scorecard_tally *t, size_t g, struct rational factor,
                        struct scorecard_parts *out)
{
    const struct scorecard_level *level = &card->group[g].level;
    struct rational origin = origin_below(&card->level, card->from), below;
    below = origin_below(level, origin);
    out->start = rational_add(pool, out->start, start_of(card, level, pool, factor, origin));
    struct rational limits = rational_subtract(pool, t->group_limited[g], t->group_raw[g]);
    struct rational rounding = rational_subtract(pool, t->group[g], t->group_limited[g]);
    out->limits = rational_add(pool, out->limits, rational_multiply(pool, factor, limits));
    out->rounding = rational_add(pool, out->rounding, rational_multiply(pool, factor, rounding));
    for (size_t i = 0; i < card->n_measures; i++) {
        if (card->measure[i].group != (int)g || !counts[i])
            continue;
        out->factor[i] = factor_of(card, level, pool, factor, card->measure[i].weight,
                                   t->group_weight[g], t->group_decides[g] == (int)i);
        out->measure[i] =
            rational_multiply(pool, out->factor[i], rational_subtract(pool, score[i], below));
    }
}

void scorecard_level_parts(const struct scorecard *card, struct rational_pool *pool,
                           const bool *counts, const struct rational *score,
                           const struct scorecard_tally *tally, struct scorecard_parts *out)
{
    struct rational unit = rational_divide(pool, rational_int(FULL), range_of(card, pool));
    for (size_t i = 0; i < card->n_measures; i++)
        out->factor[i] = out->measure[i] = rational_int(0);
    out->rounding = rational_int(0);
    out->start = start_of(card, &card->level, pool, unit, card->from);
    out->limits = rational_multiply(pool, unit, rational_subtract(pool, tally->total, tally->raw));
    for (size_t g = 0; g < card->n_groups; g++) {
        if (!tally->group_known[g])
            continue;
        struct rational factor = factor_of(card, &card->level, pool, unit, card->group[g].weight,
                                           tally->weight, tally->decides == (int)g);
        group_parts(card, pool, counts, score, tally, g, factor, out);
    }
}

/* ── what data there could be ───────────────────────────────────────────────────────────────────
 */

/* What a measure weighs within its group: where scores add up, what it can move. */
static struct rational weight_of(const struct scorecard *card, struct rational_pool *pool, size_t i)
{
    const struct scorecard_measure *m = &card->measure[i];
    return scorecard_level_adds(&card->group[m->group].level)
               ? rational_subtract(pool, m->high, m->low)
               : rational_int(m->weight);
}

struct rational scorecard_level_coverage(const struct scorecard *card, struct rational_pool *pool,
                                         const bool *applies, const bool *has)
{
    struct rational known = rational_int(0), all = rational_int(0);
    for (size_t g = 0; g < card->n_groups; g++) {
        struct rational group_known = rational_int(0), group_all = rational_int(0);
        for (size_t i = 0; i < card->n_measures; i++) {
            if (card->measure[i].group != (int)g || !applies[i])
                continue;
            struct rational weight = weight_of(card, pool, i);
            group_all = rational_add(pool, group_all, weight);
            group_known = has[i] ? rational_add(pool, group_known, weight) : group_known;
        }
        if (rational_sign(group_all) == 0)
            continue;
        struct rational share = rational_divide(pool, group_known, group_all);
        struct rational weight = rational_int(card->group[g].weight);
        if (scorecard_level_adds(&card->level))
            weight = scorecard_level_adds(&card->group[g].level) ? group_all : range_of(card, pool);
        all = rational_add(pool, all, weight);
        known = rational_add(pool, known, rational_multiply(pool, weight, share));
    }
    return rational_sign(all) == 0 ? all : rational_divide(pool, known, all);
}

void scorecard_level_limits(const struct scorecard *card, size_t measure, struct rational *worst,
                            struct rational *best)
{
    const struct scorecard_measure *m = &card->measure[measure];
    *worst = card->from;
    *best = card->to;
    if (!scorecard_level_adds(&card->group[m->group].level))
        return;
    /* It may also stay missing, which adds nothing. */
    *worst = rational_sign(m->low) < 0 ? m->low : rational_int(0);
    *best = rational_sign(m->high) > 0 ? m->high : rational_int(0);
}

void scorecard_shares(const struct scorecard *card, double *out)
{
    double within[SCORECARD_GROUPS_MAX] = {0}, groups = 0;
    for (size_t j = 0; j < card->n_measures; j++)
        within[card->measure[j].group] += (double)card->measure[j].weight;
    for (size_t g = 0; g < card->n_groups; g++)
        groups += within[g] > 0 ? (double)card->group[g].weight : 0;
    for (size_t j = 0; j < card->n_measures; j++) {
        const struct scorecard_measure *m = &card->measure[j];
        out[j] = within[m->group] > 0 && groups > 0
                     ? (double)card->group[m->group].weight / groups * (double)m->weight /
                           within[m->group]
                     : 0;
    }
}
