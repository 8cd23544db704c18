/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/health.h"

#include <math.h>
#include <string.h>

#include "scoring/facts_attribute.h"
#include "scoring/health_total.h"
#include "scoring/scorecard_condition.h"
#include "scoring/scorecard_input.h"
#include "scoring/scorecard_judge.h"
#include "scoring/scorecard_profile.h"

enum { FULL = 10000, ITEMS_MAX = SCORECARD_MEASURES_MAX + 3 };

struct health_engine {
    const struct scorecard *card; /* with the weights of the account at hand */
    const struct scorecard *base;
    struct scorecard *profile; /* the card with those of each of its profiles */
    struct rational_pool *pool;
    struct scorecard_value *value; /* by input */
    struct past {
        struct rational number;
        int days;                            /* how old; 0: there is none */
    } * past;                                /* the last value before, by input */
    bool is_carried[SCORECARD_MEASURES_MAX]; /* the measure took it */
    struct rational unit;                    /* basis points for one of the scale */
    bool is_brief;
};

struct health_engine *health_engine_new(const struct scorecard *card)
{
    struct health_engine *e = g_new0(struct health_engine, 1);
    e->card = e->base = card;
    e->profile = g_new(struct scorecard, card->n_profiles + 1);
    for (size_t i = 0; i < card->n_profiles; i++)
        scorecard_profile_apply(card, i, &e->profile[i]);
    e->pool = rational_pool_new();
    e->value = g_new0(struct scorecard_value, card->n_inputs + 1);
    e->past = g_new0(struct past, card->n_inputs + 1);
    e->unit = rational_divide(e->pool, rational_int(FULL),
                              rational_subtract(e->pool, card->to, card->from));
    return e;
}

void health_engine_brief(struct health_engine *e, bool is_brief)
{
    e->is_brief = is_brief;
}

void health_engine_free(struct health_engine *e)
{
    if (!e)
        return;
    rational_pool_free(e->pool);
    g_free(e->profile);
    g_free(e->value);
    g_free(e->past);
    g_free(e);
}

const struct scorecard *health_engine_card(const struct health_engine *e)
{
    return e->card;
}

struct rational_pool *health_engine_pool(struct health_engine *e)
{
    return e->pool;
}

struct scorecard_value *health_engine_begin(struct health_engine *e)
{
    rational_pool_reset(e->pool);
    for (size_t i = 0; i < e->card->n_inputs; i++) {
        e->value[i] = (struct scorecard_value){METRIC_NO_DATA, rational_int(0), NULL};
        e->past[i].days = 0;
    }
    return e->value;
}

/* A number on the scale → exact basis points of it. */
static struct rational to_bp(struct health_engine *e, struct rational x)
{
    return rational_multiply(e->pool, rational_subtract(e->pool, x, e->card->from), e->unit);
}

static int rounded_bp(struct health_engine *e, struct rational x)
{
    return CLAMP(rational_to_int(e->pool, to_bp(e, x)), 0, FULL);
}

/* As the card rounds, and still on the scale. */
static struct rational shown(struct health_engine *e, struct rational x)
{
    const struct scorecard *card = e->card;
    x = rational_round(e->pool, x, card->round_total.step, card->round_total.rule);
    if (rational_compare(e->pool, x, card->from) < 0)
        return card->from;
    return rational_compare(e->pool, x, card->to) > 0 ? card->to : x;
}

/* ── measures ───────────────────────────────────────────────────────────────────────────────────
 */

static bool is_missing(const struct health *h, size_t i)
{
    return !health_knows(h, i) && h->quality[i] != METRIC_NOT_APPLICABLE;
}

/* The rule of the first case that holds; NULL when none does. */
static const struct scorecard_rule *rule_of(struct health_engine *e,
                                            const struct scorecard_measure *m)
{
    for (size_t i = 0; i < m->n_rules; i++) {
        if (scorecard_condition_hold(&m->rule[i].when, e->pool, e->value))
            return &m->rule[i];
    }
    return NULL;
}

/* The last value takes the place of a missing one while it is young enough. */
static bool carries(const struct health_engine *e, const struct scorecard_measure *m)
{
    const struct past *past = &e->past[m->input];
    return m->missing == MISSING_CARRY && !scorecard_value_known(&e->value[m->input]) &&
           past->days > 0 && past->days <= m->carry_days;
}

/* What a measure knows: METRIC_OK or METRIC_CARRIED with its score, or why it has none. */
static enum metric_quality judge(struct health_engine *e, const struct scorecard_measure *m,
                                 struct rational *score, const char **level)
{
    const bool is_carried = carries(e, m);
    const struct scorecard_value last = {METRIC_OK, e->past[m->input].number, NULL},
                                 *value = is_carried ? &last : &e->value[m->input];
    const struct scorecard_rule *rule = rule_of(e, m);
    *level = NULL;
    if (e->value[m->input].quality == METRIC_NOT_APPLICABLE || (rule && !rule->applies) ||
        !scorecard_condition_hold(&e->card->group[m->group].only_if, e->pool, e->value) ||
        !scorecard_condition_hold(&m->only_if, e->pool, e->value))
        return METRIC_NOT_APPLICABLE;
    if (!scorecard_value_known(value))
        return value->quality;
    bool withheld =
        m->no_data_if.n > 0 && scorecard_condition_hold(&m->no_data_if, e->pool, e->value);
    if (withheld || !rule || !scorecard_judge_value(e->card, rule, e->pool, value, score, level))
        return METRIC_NO_DATA;
    *score =
        rational_round(e->pool, *score, e->card->round_measure.step, e->card->round_measure.rule);
    return is_carried ? METRIC_CARRIED : METRIC_OK;
}

/* What a missing measure counts as; false: it does not count. */
static bool imputed(struct health_engine *e, const struct scorecard_measure *m,
                    struct rational *score)
{
    const struct scorecard *card = e->card;
    bool adds = scorecard_level_adds(&card->group[m->group].level);
    switch (m->missing) {
    case MISSING_NEUTRAL:
        *score = adds ? rational_int(0)
                      : rational_divide(e->pool, rational_add(e->pool, card->from, card->to),
                                        rational_int(2));
        return true;
    case MISSING_WORST:
        *score = adds ? m->low : card->from;
        return true;
    case MISSING_BEST:
        *score = adds ? m->high : card->to;
        return true;
    case MISSING_SCORE:
        *score = m->missing_score;
        return true;
    default:
        return false;
    }
}

/* Every measure's score; true when one that blocks is missing. */
static bool judge_all(struct health_engine *e, struct health *out)
{
    bool blocked = false;
    for (size_t i = 0; i < e->card->n_measures; i++) {
        const struct scorecard_measure *m = &e->card->measure[i];
        out->score[i] = rational_int(0);
        enum metric_quality quality = judge(e, m, &out->score[i], &out->level[i]);
        out->quality[i] = (uint8_t)quality;
        e->is_carried[i] = quality == METRIC_CARRIED;
        bool missing = is_missing(out, i);
        out->counts[i] = health_knows(out, i) || (missing && imputed(e, m, &out->score[i]));
        blocked = blocked || (missing && m->missing == MISSING_BLOCK);
        /* Where scores add up, 0 points are none; else they begin where the scale does. */
        bool adds = scorecard_level_adds(&e->card->group[m->group].level);
        struct rational above =
            adds ? out->score[i] : rational_subtract(e->pool, out->score[i], e->card->from);
        out->measure_bp[i] =
            out->counts[i] ? rational_to_int(e->pool, rational_multiply(e->pool, above, e->unit))
                           : 0;
    }
    return blocked;
}

/* ── contributions ──────────────────────────────────────────────────────────────────────────────
 */

/* What each measure costs against the best it could have given. */
static void lose(struct health_engine *e, const struct scorecard_parts *parts,
                 struct rational total_bp, struct health *out)
{
    struct rational_pool *pool = e->pool;
    struct rational loss[ITEMS_MAX], rest = rational_subtract(pool, rational_int(FULL), total_bp);
    size_t n = e->card->n_measures;
    int whole[ITEMS_MAX];
    for (size_t i = 0; i < n; i++) {
        const struct scorecard_measure *m = &e->card->measure[i];
        bool adds = scorecard_level_adds(&e->card->group[m->group].level);
        loss[i] = rational_int(0);
        if (!out->counts[i])
            continue;
        struct rational short_of =
            rational_subtract(pool, adds ? m->high : e->card->to, out->score[i]);
        loss[i] = rational_multiply(pool, parts->factor[i], short_of);
        rest = rational_subtract(pool, rest, loss[i]);
    }
    loss[n] = rest;
    health_total_share(pool, loss, n + 1, FULL - out->health_bp, whole);
    memcpy(out->lost_bp, whole, n * sizeof *whole);
    out->lost_rest_bp = whole[n];
}

static void contribute(struct health_engine *e, struct health *out)
{
    const struct scorecard *card = e->card;
    struct rational_pool *pool = e->pool;
    struct scorecard_parts parts;
    size_t n = card->n_measures;
    int whole[ITEMS_MAX];
    /* Whole basis points are what contributions are made of: of their rounding nothing is said. */
    struct rational total = card->round_total.is_basis_point ? out->computed : out->shown_computed;
    struct rational rounding = rational_subtract(pool, total, out->computed);
    scorecard_level_parts(card, pool, out->counts, out->score, &out->tally, &parts);
    if (!out->tally.known) /* the card's own word for nothing known */
        parts.start = to_bp(e, out->computed);
    struct rational item[ITEMS_MAX];
    memcpy(item, parts.measure, n * sizeof *item);
    item[n] = parts.start;
    item[n + 1] = parts.limits;
    item[n + 2] = rational_add(pool, parts.rounding, rational_multiply(pool, rounding, e->unit));
    health_total_share(pool, item, n + 3, out->health_bp, whole);
    memcpy(out->contribution_bp, whole, n * sizeof *whole);
    out->start_bp = whole[n];
    out->limits_bp = whole[n + 1];
    out->rounding_bp = whole[n + 2];
    lose(e, &parts, to_bp(e, total), out);
}

/* ── what is not known ──────────────────────────────────────────────────────────────────────────
 */

/* Every applicable measure counts; those that do not count yet with their worst or best. */
static int bound(struct health_engine *e, const struct health *h, bool best)
{
    const struct scorecard *card = e->card;
    bool counts[SCORECARD_MEASURES_MAX];
    struct rational score[SCORECARD_MEASURES_MAX];
    struct scorecard_tally tally;
    for (size_t i = 0; i < card->n_measures; i++) {
        struct rational worst_score, best_score;
        counts[i] = h->counts[i] || is_missing(h, i);
        score[i] = h->score[i];
        if (h->counts[i] || !counts[i])
            continue;
        scorecard_level_limits(card, i, &worst_score, &best_score);
        score[i] = best ? best_score : worst_score;
    }
    scorecard_level_tally(card, e->pool, counts, score, &tally);
    if (!tally.known)
        return best ? FULL : 0;
    return rounded_bp(
        e, rational_round(e->pool, tally.total, card->round_total.step, card->round_total.rule));
}

static void measure_doubt(struct health_engine *e, struct health *out)
{
    bool applies[SCORECARD_MEASURES_MAX], has[SCORECARD_MEASURES_MAX], all = true, open = false;
    for (size_t i = 0; i < e->card->n_measures; i++) {
        applies[i] = out->quality[i] != METRIC_NOT_APPLICABLE;
        has[i] = health_knows(out, i);
        all = all && (has[i] || !applies[i]);
        open = open || (is_missing(out, i) && !out->counts[i]);
    }
    if (all && out->tally.known)
        out->coverage_bp = FULL;
    else
        out->coverage_bp = rational_to_int(
            e->pool,
            rational_multiply(e->pool, scorecard_level_coverage(e->card, e->pool, applies, has),
                              rational_int(FULL)));
    if (open || !out->is_known) {
        out->lower_bp = bound(e, out, false);
        out->upper_bp = bound(e, out, true);
    } else
        out->lower_bp = out->upper_bp = out->health_bp;
    if (out->is_known) { /* with the card's own word for nothing known */
        out->lower_bp = MIN(out->lower_bp, out->health_bp);
        out->upper_bp = MAX(out->upper_bp, out->health_bp);
    }
}

/* ── the number and its band ────────────────────────────────────────────────────────────────────
 */

/* The smallest of those that set it replaces the number; then it is raised, then it is capped. */
static void bind(struct health_engine *e, struct health *out)
{
    static const enum scorecard_bound order[] = {BOUND_SET, BOUND_FLOOR, BOUND_CAP};
    struct rational x = out->computed;
    bool is_set = false;
    for (size_t o = 0; o < G_N_ELEMENTS(order); o++) {
        for (size_t i = 0; i < e->card->n_caps; i++) {
            const struct scorecard_cap *c = &e->card->cap[i];
            if (c->bound != order[o] || !scorecard_condition_hold(&c->when, e->pool, e->value))
                continue;
            int way = rational_compare(e->pool, c->value, x);
            bool binds = c->bound == BOUND_CAP     ? way < 0
                         : c->bound == BOUND_FLOOR ? way > 0
                                                   : !is_set || way < 0;
            if (!binds)
                continue;
            is_set = is_set || c->bound == BOUND_SET;
            x = c->value;
            out->cap = c->name;
        }
    }
    out->effective = x;
}

static const char *day_band(struct health_engine *e, const struct health *h)
{
    const struct scorecard *card = e->card;
    if (!h->is_known || h->coverage_bp < card->min_coverage_bp)
        return "Unknown";
    if (h->coverage_bp < card->sure_coverage_bp &&
        g_strcmp0(scorecard_band_bp(card, e->pool, h->lower_bp),
                  scorecard_band_bp(card, e->pool, h->upper_bp)) != 0)
        return "Unknown";
    const char *band = scorecard_band(card, e->pool, h->shown_effective);
    return band ? band : "";
}

static void conclude(struct health_engine *e, bool blocked, struct health *out)
{
    scorecard_level_tally(e->card, e->pool, out->counts, out->score, &out->tally);
    out->is_known = (out->tally.known || e->card->has_nothing_known) && !blocked;
    if (out->is_known) {
        out->computed = out->tally.known ? out->tally.total : e->card->nothing_known;
        out->shown_computed = shown(e, out->computed);
        out->health_bp = rounded_bp(e, out->shown_computed);
        if (!out->tally.known)
            out->tally.raw = out->tally.total = out->computed;
        if (!e->is_brief)
            contribute(e, out);
        bind(e, out);
        out->shown_effective = shown(e, out->effective);
        out->effective_bp = rounded_bp(e, out->shown_effective);
    }
    measure_doubt(e, out);
    out->band = day_band(e, out);
}

void health_engine_run(struct health_engine *e, struct health *out)
{
    *out = (struct health){.profile = "default"};
    e->card = e->base;
    scorecard_input_derive(e->card, e->pool, e->value);
    for (size_t i = 0; i < e->base->n_profiles && e->card == e->base; i++) {
        if (scorecard_condition_hold(&e->base->profile[i].when, e->pool, e->value)) {
            e->card = &e->profile[i];
            out->profile = e->base->profile[i].name;
        }
    }
    out->is_scored = scorecard_condition_hold(&e->card->scored_only_if, e->pool, e->value);
    out->band = "Unknown";
    if (!out->is_scored) {
        out->upper_bp = FULL;
        return;
    }
    bool blocked = judge_all(e, out);
    conclude(e, blocked, out);
}

static struct scorecard_value read_number(struct health_engine *e, double v,
                                          enum metric_quality quality)
{
    struct scorecard_value out = {quality, rational_int(0), NULL};
    if (isfinite(v))
        out.number = rational_of_double(e->pool, v);
    else if (quality == METRIC_OK)
        out.quality = METRIC_NO_DATA;
    return out;
}

void health_of_reading(struct health_engine *e, const struct health_reading *r, struct health *out)
{
    struct scorecard_value *value = health_engine_begin(e);
    for (size_t i = 0; i < e->card->n_inputs; i++) {
        const struct scorecard_input *input = &e->card->input[i];
        size_t at = (size_t)MAX(input->metric, 0) * r->stride;
        const char *text =
            input->attribute >= 0 && r->attribute ? r->attribute->text[input->attribute] : NULL;
        if (input->metric >= 0)
            value[i] = read_number(e, r->value[at],
                                   r->quality ? (enum metric_quality)r->quality[at] : METRIC_OK);
        if (input->metric >= 0 && r->carried && r->carried_on[at] != INT32_MIN)
            e->past[i] = (struct past){rational_of_double(e->pool, r->carried[at]),
                                       r->as_of - r->carried_on[at]};
        if (text)
            value[i] = (struct scorecard_value){METRIC_OK, rational_int(0), text};
    }
    health_engine_run(e, out);
}

struct health_reading health_reading_of(const struct metric_frame *f, size_t a)
{
    return (struct health_reading){f->value + a,
                                   f->quality + a,
                                   f->n_accounts,
                                   f->attribute ? &f->attribute[a] : NULL,
                                   f->as_of,
                                   f->carried ? f->carried + a : NULL,
                                   f->carried ? f->carried_on + a : NULL};
}

void health_of_frame(struct health_engine *e, const struct metric_frame *f, size_t a,
                     struct health *out)
{
    const struct health_reading reading = health_reading_of(f, a);
    health_of_reading(e, &reading, out);
}

const char *health_band_of(struct health_engine *e, int bp)
{
    const char *band = scorecard_band_bp(e->card, e->pool, bp);
    return band ? band : "";
}

struct rational health_usable_weight(struct health_engine *e, const struct health *h, size_t group)
{
    const struct scorecard *card = e->card;
    struct rational sum = rational_int(0);
    for (size_t g = 0; g < card->n_groups && group == card->n_groups; g++) {
        if (h->tally.group_known[g])
            sum = rational_add(e->pool, sum, card->group[g].written_weight);
    }
    for (size_t i = 0; i < card->n_measures; i++) {
        if (card->measure[i].group == (int)group && h->counts[i])
            sum = rational_add(e->pool, sum, card->measure[i].written_weight);
    }
    return sum;
}

const struct scorecard_value *health_input(const struct health_engine *e, size_t input)
{
    return &e->value[input];
}

double health_value(const struct health_engine *e, size_t measure)
{
    int input = e->card->measure[measure].input;
    const struct scorecard_value *value = &e->value[input];
    if (e->is_carried[measure])
        return rational_to_double(e->past[input].number);
    return scorecard_value_known(value) && !value->text ? rational_to_double(value->number) : NAN;
}
