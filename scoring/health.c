/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/health.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FULL = 10000, SURE_COVERAGE = 8000, NEUTRAL = 5000 };

/* Which measures count, with which score; group weights over them. */
struct basis {
    bool counts[SCORECARD_MEASURES_MAX];
    int score[SCORECARD_MEASURES_MAX];
    int64_t within[SCORECARD_GROUPS_MAX]; /* Σ w of a group's counting measures */
    int64_t overall;                      /* Σ W of groups with any */
    int64_t common;                       /* least common multiple of the within */
};

static int64_t gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void weigh(const struct scorecard *card, struct basis *b)
{
    memset(b->within, 0, sizeof b->within);
    b->overall = 0;
    b->common = 1;
    for (size_t i = 0; i < card->n_measures; i++) {
        if (b->counts[i])
            b->within[card->measure[i].group] += card->measure[i].weight;
    }
    for (size_t g = 0; g < card->n_groups; g++) {
        if (b->within[g] == 0)
            continue;
        b->overall += card->group[g].weight;
        int64_t step = b->within[g] / gcd(b->common, b->within[g]);
        /* Weights are at most 10,000 and groups 20: only absurd cards come near the limit. */
        if (__builtin_mul_overflow(b->common, step, &b->common))
            BUG("the weights of scorecard %s have no common multiple in 64 bits", card->name);
    }
}

/* A measure's weight in the whole, times overall · common. */
static __int128 share(const struct scorecard *card, const struct basis *b, size_t i)
{
    const struct scorecard_measure *m = &card->measure[i];
    if (!b->counts[i] || b->within[m->group] == 0)
        return 0;
    return (__int128)card->group[m->group].weight * m->weight * (b->common / b->within[m->group]);
}

static int round_half_up(__int128 numerator, __int128 denominator)
{
    return (int)((2 * numerator + denominator) / (2 * denominator));
}

static int total_bp(const struct scorecard *card, const struct basis *b)
{
    __int128 sum = 0;
    for (size_t i = 0; i < card->n_measures; i++)
        sum += share(card, b, i) * b->score[i];
    return round_half_up(sum, (__int128)b->overall * b->common);
}

/* Whole parts first (rounded down, also below zero), then one more to the largest remainders until
 * `target`, less than one away from the exact sum, is reached. */
static void allocate(const struct scorecard *card, const __int128 *part, __int128 denominator,
                     int target, int *out)
{
    __int128 rest[SCORECARD_MEASURES_MAX];
    int given = 0;
    for (size_t i = 0; i < card->n_measures; i++) {
        out[i] = (int)(part[i] / denominator);
        rest[i] = part[i] % denominator;
        if (rest[i] < 0) {
            rest[i] += denominator;
            out[i]--;
        }
        given += out[i];
    }
    for (; given < target; given++) {
        size_t best = 0;
        for (size_t i = 1; i < card->n_measures; i++) {
            if (rest[i] > rest[best])
                best = i;
        }
        out[best]++;
        rest[best] = -1;
    }
}

static void basis_of(const struct scorecard *card, const bool *counts, const int *score_bp,
                     struct basis *b)
{
    *b = (struct basis){0};
    for (size_t i = 0; i < card->n_measures; i++) {
        b->counts[i] = counts[i];
        b->score[i] = counts[i] ? score_bp[i] : 0;
    }
    weigh(card, b);
}

int health_total_bp(const struct scorecard *card, const bool *counts, const int *score_bp)
{
    struct basis b;
    basis_of(card, counts, score_bp, &b);
    return b.overall > 0 ? total_bp(card, &b) : -1;
}

void health_parts(const struct scorecard *card, const bool *counts, const int *delta_bp, int target,
                  int *out)
{
    struct basis b;
    __int128 part[SCORECARD_MEASURES_MAX];
    basis_of(card, counts, delta_bp, &b);
    for (size_t i = 0; i < card->n_measures; i++)
        part[i] = share(card, &b, i) * b.score[i];
    allocate(card, part, (__int128)b.overall * b.common, target, out);
}

static void contribute(const struct scorecard *card, const struct basis *b, struct health *out)
{
    __int128 gain[SCORECARD_MEASURES_MAX], loss[SCORECARD_MEASURES_MAX];
    __int128 denominator = (__int128)b->overall * b->common;
    for (size_t i = 0; i < card->n_measures; i++) {
        __int128 weight = share(card, b, i);
        gain[i] = weight * b->score[i];
        loss[i] = weight * (FULL - b->score[i]);
    }
    allocate(card, gain, denominator, out->health_bp, out->contribution_bp);
    allocate(card, loss, denominator, FULL - out->health_bp, out->lost_bp);
}

/* Every applicable measure counts; the missing ones with `assumed`. */
static int bound(const struct scorecard *card, const struct basis *usable, const uint8_t *quality,
                 int assumed)
{
    struct basis b = *usable;
    for (size_t i = 0; i < card->n_measures; i++) {
        if (!b.counts[i] && quality[i] != METRIC_NOT_APPLICABLE) {
            b.counts[i] = true;
            b.score[i] = assumed;
        }
    }
    weigh(card, &b);
    return b.overall > 0 ? total_bp(card, &b) : assumed;
}

static int coverage(const struct scorecard *card, const bool *has_data, const uint8_t *quality)
{
    struct basis b = {0};
    for (size_t i = 0; i < card->n_measures; i++) {
        b.counts[i] = quality[i] != METRIC_NOT_APPLICABLE;
        b.score[i] = has_data[i] ? FULL : 0;
    }
    weigh(card, &b);
    return b.overall > 0 ? total_bp(card, &b) : 0;
}

/* What a missing measure counts as, or -1: it does not count. */
static int imputed(const struct scorecard_measure *m)
{
    switch (m->missing) {
    case MISSING_NEUTRAL:
        return NEUTRAL;
    case MISSING_WORST:
        return 0;
    case MISSING_BEST:
        return FULL;
    default:
        return -1;
    }
}

static void cap(const struct scorecard *card, const double *metric_value, struct health *out)
{
    out->effective_bp = out->health_bp;
    for (size_t i = 0; i < card->n_caps; i++) {
        const struct scorecard_cap *c = &card->cap[i];
        double v = metric_value[c->metric];
        bool binds = !isnan(v) && (c->above ? v > c->limit : v < c->limit);
        if (binds && out->effective_bp > c->cap_bp) {
            out->effective_bp = c->cap_bp;
            out->cap = c->name;
        }
    }
}

static const char *day_band(const struct scorecard *card, const struct health *h)
{
    if (!h->is_known || h->coverage_bp < card->min_coverage_bp)
        return "Unknown";
    if (h->coverage_bp < SURE_COVERAGE &&
        strcmp(scorecard_band(card, h->lower_bp), scorecard_band(card, h->upper_bp)) != 0)
        return "Unknown";
    return scorecard_band(card, h->effective_bp);
}

void health_compute(const struct scorecard *card, const double *value, const uint8_t *quality,
                    const double *metric_value, struct health *out)
{
    struct basis b = {0};
    bool has_data[SCORECARD_MEASURES_MAX] = {false}, blocked = false;
    *out = (struct health){0};
    for (size_t i = 0; i < card->n_measures; i++) {
        const struct scorecard_measure *m = &card->measure[i];
        has_data[i] = quality[i] == METRIC_OK && isfinite(value[i]);
        bool missing = !has_data[i] && quality[i] != METRIC_NOT_APPLICABLE;
        int score = has_data[i] ? scorecard_measure_bp(m, value[i]) : missing ? imputed(m) : -1;
        blocked = blocked || (missing && m->missing == MISSING_BLOCK);
        out->measure_bp[i] = score;
        b.counts[i] = score >= 0;
        b.score[i] = score >= 0 ? score : 0;
    }
    weigh(card, &b);
    out->coverage_bp = coverage(card, has_data, quality);
    out->lower_bp = bound(card, &b, quality, 0);
    out->upper_bp = bound(card, &b, quality, FULL);
    out->is_known = b.overall > 0 && !blocked;
    if (out->is_known) {
        out->health_bp = total_bp(card, &b);
        contribute(card, &b, out);
        cap(card, metric_value, out);
    }
    out->band = day_band(card, out);
}

void health_of_account(const struct scorecard *card, const struct metric_frame *f, size_t account,
                       struct health_account *out)
{
    for (size_t m = 0; m < f->n_metrics; m++)
        out->metric_value[m] = f->value[m * f->n_accounts + account];
    for (size_t i = 0; i < card->n_measures; i++) {
        size_t m = (size_t)card->measure[i].metric;
        out->value[i] = out->metric_value[m];
        out->quality[i] = f->quality[m * f->n_accounts + account];
    }
    health_compute(card, out->value, out->quality, out->metric_value, &out->health);
}

/* May the band move from `shown` to the day's own band by this score alone? */
static bool passes(const struct scorecard *card, const char *shown, const struct health_day *day)
{
    int score = day->effective_bp;
    return strcmp(scorecard_band(card, CLAMP(score - card->hysteresis_bp, 0, FULL)), shown) != 0 &&
           strcmp(scorecard_band(card, CLAMP(score + card->hysteresis_bp, 0, FULL)), shown) != 0;
}

const char *health_band(const struct scorecard *card, const struct health_day *const *days,
                        size_t n)
{
    const char *shown = days[0]->band;
    bool agree = true;
    for (size_t i = 1; i < n; i++) {
        const char *own = days[i]->band;
        agree = agree && strcmp(own, days[0]->band) == 0;
        if (strcmp(own, "Unknown") == 0 || strcmp(shown, "Unknown") == 0 ||
            passes(card, shown, days[i]))
            shown = own;
    }
    /* n days of the same opinion win over a border that was only just passed. */
    return agree ? days[n - 1]->band : shown;
}
