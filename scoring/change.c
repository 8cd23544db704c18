/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/change.h"

#include <string.h>

#include "scoring/health_total.h"

G_STATIC_ASSERT((int)CHANGE_MEASURES_MAX == (int)SCORECARD_MEASURES_MAX);

/* A day's scores under the scorecard of `before`, measure by measure. */
struct state {
    bool counts[CHANGE_MEASURES_MAX], has_data[CHANGE_MEASURES_MAX];
    int bp[CHANGE_MEASURES_MAX];
};

static bool is_default(const struct change_day *day)
{
    return !day->rule || strcmp(day->rule, "default") == 0;
}

/* The weights that are stored with the rows, in basis points. False: this scorecard does more than
 * average, and what it does is not in the rows. */
static bool weights_of(const struct change_day *day, struct scorecard *card, GError **err)
{
    *card = (struct scorecard){.name = "stored",
                               .from = rational_int(0),
                               .to = rational_int(10000),
                               .round_total = {.is_basis_point = true},
                               .n_measures = day->n};
    if (!is_default(day))
        return err_set(err, KENKO_ERROR_REFUSED,
                       "the weights of profile %s applied, so what the scorecard would say of the "
                       "day after has to be computed",
                       day->rule);
    for (size_t i = 0; i < day->n; i++) {
        const struct change_measure *m = &day->measure[i];
        size_t g = 0;
        if (strcmp(m->name, CHANGE_REST) == 0)
            return err_set(err, KENKO_ERROR_REFUSED,
                           "the scorecard does more than average, so what it would say of the day "
                           "after has to be computed");
        while (g < card->n_groups && strcmp(card->group[g].name, m->group) != 0)
            g++;
        if (g == card->n_groups)
            card->group[card->n_groups++] =
                (struct scorecard_group){.name = m->group, .weight = m->group_weight};
        card->measure[i] =
            (struct scorecard_measure){.name = m->name, .group = (int)g, .weight = m->weight};
    }
    return true;
}

static void state_of(const struct change_day *day, struct state *out)
{
    for (size_t i = 0; i < day->n; i++) {
        const struct change_measure *m = &day->measure[i];
        out->counts[i] = m->counts;
        out->has_data[i] = m->counts && m->has_data;
        out->bp[i] = m->counts ? m->bp : 0;
    }
}

static ssize_t find(const struct change_day *day, const char *name)
{
    for (size_t i = 0; i < day->n; i++) {
        if (strcmp(day->measure[i].name, name) == 0)
            return (ssize_t)i;
    }
    return -1;
}

/* What the scorecard of `before` makes of the day after, from the rows alone. */
static bool derive(const struct change_day *before, const struct change_day *after,
                   struct state *out, GError **err)
{
    for (size_t i = 0; i < before->n; i++) {
        const struct change_measure *m = &before->measure[i];
        ssize_t at = find(after, m->name);
        if (at < 0 || !m->definition || !after->measure[at].definition ||
            strcmp(after->measure[at].definition, m->definition) != 0)
            return err_set(err, KENKO_ERROR_REFUSED,
                           "the scorecard changed: measure %s %s, so what it would say of the day "
                           "after has to be computed",
                           m->name, at < 0 ? "is gone" : "is judged otherwise");
        const struct change_measure *now = &after->measure[at];
        out->counts[i] = now->counts;
        out->has_data[i] = now->counts && now->has_data;
        out->bp[i] = now->counts ? now->bp : 0;
    }
    return true;
}

static bool is_same_card(const struct change_day *a, const struct change_day *b)
{
    for (size_t i = 0; i < a->n && a->n == b->n; i++) {
        const struct change_measure *x = &a->measure[i], *y = &b->measure[i];
        if (strcmp(x->name, y->name) != 0 || strcmp(x->group, y->group) != 0 ||
            x->weight != y->weight || x->group_weight != y->group_weight ||
            g_strcmp0(x->definition, y->definition) != 0)
            return false;
    }
    bool same_rule = is_default(a) ? is_default(b) : g_strcmp0(a->rule, b->rule) == 0;
    return a->n == b->n && same_rule;
}

static bool follows(const struct scorecard *card, const struct state *state, int health_bp,
                    const char *which, GError **err)
{
    int total = health_total_bp(card, state->counts, state->bp);
    return total == health_bp ||
           err_set(err, KENKO_ERROR_CHECK,
                   "the stored health of the day %s is %d, its measures make %d", which, health_bp,
                   total);
}

/* Measures with data on both days take their new scores; all else stays as it was. Did nothing but
 * values change? */
static bool step_values(size_t n, const struct state *before, const struct state *bridge,
                        struct state *out)
{
    bool only_values = true;
    *out = *before;
    for (size_t i = 0; i < n; i++) {
        if (before->has_data[i] && bridge->has_data[i])
            out->bp[i] = bridge->bp[i];
        only_values = only_values && before->counts[i] == bridge->counts[i] &&
                      (before->has_data[i] == bridge->has_data[i]) &&
                      (before->has_data[i] || before->bp[i] == bridge->bp[i]);
    }
    return only_values;
}

/* Measures of which data came or went. */
static void fill_data(size_t n, const struct state *before, const struct state *bridge,
                      struct change *out)
{
    for (size_t i = 0; i < n; i++) {
        out->lost[i] = before->has_data[i] && !bridge->has_data[i];
        out->gained[i] = !before->has_data[i] && bridge->has_data[i];
    }
}

/* Each measure's part of the behaviour where scores are not averaged: they take their new scores
 * one after another, in the card's order. */
static void walk(const struct scorecard *card, const struct state *first,
                 const struct state *values, int total, int *part)
{
    struct state at = *first;
    for (size_t i = 0; i < card->n_measures; i++) {
        at.bp[i] = values->bp[i];
        int next = values->bp[i] == first->bp[i] ? total : health_total_bp(card, at.counts, at.bp);
        part[i] = next - total;
        total = next;
    }
}

static void split_behaviour(const struct scorecard *card, const struct state *first,
                            const struct state *values, int before_bp, struct change *out)
{
    int delta[CHANGE_MEASURES_MAX];
    if (!scorecard_is_mean(card)) {
        walk(card, first, values, before_bp, out->part_bp);
        return;
    }
    for (size_t i = 0; i < card->n_measures; i++)
        delta[i] = values->bp[i] - first->bp[i];
    health_total_parts(card, first->counts, delta, out->behaviour_bp, out->part_bp);
}

bool change_split_card(const struct scorecard *card, const struct change_day *before,
                       const struct change_day *bridge_day, const struct change_day *after,
                       struct change *out, GError **err)
{
    struct state first = {0}, values, bridge = {0};
    state_of(before, &first);
    if (bridge_day)
        state_of(bridge_day, &bridge);
    else if (!derive(before, after, &bridge, err))
        return false;
    bool same_card = is_same_card(before, after);
    if (!follows(card, &first, before->health_bp, "before", err) ||
        (same_card && !follows(card, &bridge, after->health_bp, "after", err)))
        return false;
    bool only_values = step_values(before->n, &first, &bridge, &values) && same_card;
    int total_values = health_total_bp(card, values.counts, values.bp);
    int total_bridge = health_total_bp(card, bridge.counts, bridge.bp);
    *out =
        (struct change){.behaviour_bp = total_values - before->health_bp,
                        /* No measure of the old scorecard is left: the new one brought it all. */
                        .availability_bp = total_bridge < 0 ? 0 : total_bridge - total_values};
    out->configuration_bp =
        after->health_bp - before->health_bp - out->behaviour_bp - out->availability_bp;
    out->override_bp =
        (after->effective_bp - after->health_bp) - (before->effective_bp - before->health_bp);
    bool shown_parts = only_values && scorecard_is_mean(card);
    for (size_t i = 0; i < before->n && shown_parts; i++)
        out->part_bp[i] = after->measure[i].contribution_bp - before->measure[i].contribution_bp;
    if (!shown_parts)
        split_behaviour(card, &first, &values, before->health_bp, out);
    fill_data(before->n, &first, &bridge, out);
    return true;
}

bool change_split(const struct change_day *before, const struct change_day *bridge,
                  const struct change_day *after, struct change *out, GError **err)
{
    struct scorecard card;
    return weights_of(before, &card, err) &&
           change_split_card(&card, before, bridge, after, out, err);
}
