/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/health_total.h"

#include "scoring/scorecard_level.h"

enum { FULL = 10000, PARTS_MAX = 2 * SCORECARD_MEASURES_MAX };

void health_total_share(struct rational_pool *pool, const struct rational *part, size_t n,
                        int target, int *out)
{
    struct rational rest[PARTS_MAX];
    int given = 0;
    if (n > PARTS_MAX)
        BUG("more than %d parts", PARTS_MAX);
    /* Whole parts first, rounded down also below zero. */
    for (size_t i = 0; i < n; i++) {
        struct rational whole = rational_round(pool, part[i], rational_int(1), ROUND_DOWN);
        rest[i] = rational_subtract(pool, part[i], whole);
        out[i] = rational_to_int(pool, whole);
        given += out[i];
    }
    for (; given < target; given++) {
        size_t best = 0;
        for (size_t i = 1; i < n; i++) {
            if (rational_compare(pool, rest[i], rest[best]) > 0)
                best = i;
        }
        out[best]++;
        rest[best] = rational_int(-1);
    }
}

/* Basis points of the scale → a score on it. */
static void to_scores(const struct scorecard *card, struct rational_pool *pool, const bool *counts,
                      const int *bp, struct rational *score)
{
    struct rational range = rational_subtract(pool, card->to, card->from);
    for (size_t i = 0; i < card->n_measures; i++) {
        struct rational above =
            rational_multiply(pool, range, rational_of(counts[i] ? bp[i] : 0, FULL));
        bool adds = scorecard_level_adds(&card->group[card->measure[i].group].level);
        score[i] = adds ? above : rational_add(pool, card->from, above);
    }
}

int health_total_bp(const struct scorecard *card, const bool *counts, const int *score_bp)
{
    g_autoptr(rational_pool_t) pool = rational_pool_new();
    struct rational score[SCORECARD_MEASURES_MAX];
    struct scorecard_tally tally;
    to_scores(card, pool, counts, score_bp, score);
    scorecard_level_tally(card, pool, counts, score, &tally);
    if (!tally.known && !card->has_nothing_known)
        return -1;
    struct rational total = rational_round(pool, tally.known ? tally.total : card->nothing_known,
                                           card->round_total.step, card->round_total.rule);
    struct rational range = rational_subtract(pool, card->to, card->from);
    struct rational share =
        rational_divide(pool, rational_subtract(pool, total, card->from), range);
    return rational_to_int(pool, rational_multiply(pool, share, rational_int(FULL)));
}

void health_total_parts(const struct scorecard *card, const bool *counts, const int *delta_bp,
                        int target, int *out)
{
    g_autoptr(rational_pool_t) pool = rational_pool_new();
    struct rational score[SCORECARD_MEASURES_MAX];
    struct scorecard_tally tally;
    struct scorecard_parts parts;
    to_scores(card, pool, counts, delta_bp, score);
    scorecard_level_tally(card, pool, counts, score, &tally);
    scorecard_level_parts(card, pool, counts, score, &tally, &parts);
    health_total_share(pool, parts.measure, card->n_measures, target, out);
}
