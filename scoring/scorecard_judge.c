/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard_judge.h"

#include "scoring/scorecard_condition.h"

/* Where between from and to, 0 to 1. */
static struct rational share_of(const struct scorecard_piece *p, struct rational_pool *pool,
                                struct rational x)
{
    if (rational_compare(pool, x, p->from) <= 0)
        return rational_int(0);
    if (rational_compare(pool, x, p->to) >= 0)
        return rational_int(1);
    return rational_divide(pool, rational_subtract(pool, x, p->from),
                           rational_subtract(pool, p->to, p->from));
}

static struct rational gift(const struct scorecard_piece *p, struct rational_pool *pool,
                            struct rational x)
{
    if (!p->is_line && p->n_steps == 0)
        return p->score;
    struct rational share = share_of(p, pool, x);
    if (p->is_line)
        return rational_add(
            pool, p->score,
            rational_multiply(pool, share, rational_subtract(pool, p->score_to, p->score)));
    struct rational at = rational_multiply(pool, share, rational_int((int64_t)p->n_steps));
    at = rational_round(pool, at, rational_int(1), ROUND_DOWN);
    return p->step[MIN((size_t)at.n, p->n_steps - 1)];
}

static bool judge_bands(const struct scorecard_rule *rule, struct rational_pool *pool,
                        const struct scorecard_value *value, struct rational *score,
                        const char **level)
{
    for (size_t i = 0; i < rule->n_pieces; i++) {
        const struct scorecard_piece *p = &rule->piece[i];
        if (!scorecard_condition_fits(&p->range, pool, value))
            continue;
        *score = gift(p, pool, value->number);
        *level = p->level;
        return !p->is_none;
    }
    return false;
}

static bool judge_points(const struct scorecard_rule *rule, struct rational_pool *pool,
                         const struct scorecard_value *value, struct rational *score)
{
    *score = rational_int(0);
    for (size_t i = 0; i < rule->n_pieces; i++) {
        const struct scorecard_piece *p = &rule->piece[i];
        if (!p->is_none && scorecard_condition_fits(&p->range, pool, value))
            *score = rational_add(pool, *score, gift(p, pool, value->number));
    }
    return true;
}

/* The share of the reference that lies below, and half of what is equal. */
static struct rational percentile(const struct scorecard *card, const struct scorecard_rule *rule,
                                  struct rational_pool *pool, struct rational x)
{
    int64_t halves = 0;
    for (size_t i = 0; i < rule->n_reference; i++)
        halves += 1 - rational_compare(pool, rule->reference[i], x);
    int64_t all = 2 * (int64_t)rule->n_reference;
    struct rational share = rational_of(rule->falls ? all - halves : halves, all);
    return rational_add(
        pool, card->from,
        rational_multiply(pool, share, rational_subtract(pool, card->to, card->from)));
}

bool scorecard_judge_value(const struct scorecard *card, const struct scorecard_rule *rule,
                           struct rational_pool *pool, const struct scorecard_value *value,
                           struct rational *score, const char **level)
{
    *level = NULL;
    if (rule->kind == JUDGE_POINTS)
        return judge_points(rule, pool, value, score);
    if (rule->kind == JUDGE_BANDS)
        return judge_bands(rule, pool, value, score, level);
    *score = percentile(card, rule, pool, value->number);
    return true;
}
