/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log-odds of a period become survival over days, and are split into what each metric adds. */
#include <math.h>

#include "scoring/additive_internal.h"
#include "scoring/hazard_internal.h"
#include "scoring/logit.h"
#include "scoring/metric_internal.h"
#include "scoring/normal.h"

/* A row's log-odds of a period in which no contract ends, and of the one in which it does. */
struct odds {
    double renewal;    /* days until it, NaN when none is ahead */
    double quiet, due; /* log-odds */
    double quiet_se, due_se;
};

/* Cumulated hazard of `days` with the log-odds moved by `shift` standard errors. */
static double cumulate(const struct odds *o, int horizon, double days, double shift)
{
    double quiet = logit_exposure(o->quiet + shift * o->quiet_se), periods = days / horizon;
    double from = isnan(o->renewal) ? days : (ceil(o->renewal / horizon) - 1) * horizon;
    if (from >= days)
        return quiet * periods;
    double due = logit_exposure(o->due + shift * o->due_se), extra = due - quiet;
    double within = fmin(days - from, horizon) / horizon;
    /* A contract's end that lowers the hazard has no day to do so on: it holds for its period. */
    if (extra < 0)
        return quiet * (periods - within) + due * within;
    return quiet * periods + (days >= o->renewal ? extra : 0);
}

/* Area under the survival curve over `days` of an even hazard that begins at `before`. */
static double even_area(double before, double hazard, double days)
{
    double all = hazard * days;
    return exp(-before) * (all > 1e-8 ? -expm1(-all) / all : 1 - all / 2) * days;
}

/* Mean survival within HAZARD_STAY_DAYS: the hazard is even but where a renewal's period begins and
 * ends, and jumps on its day. */
static double mean_stay(const struct odds *o, int horizon, double shift)
{
    double end = HAZARD_STAY_DAYS, from = 0, area = 0;
    double due = isnan(o->renewal) ? end : o->renewal;
    double begin = (ceil(due / horizon) - 1) * horizon;
    const double border[] = {begin, due, begin + horizon, end};
    for (size_t b = 0; b < G_N_ELEMENTS(border) && from < end; b++) {
        double to = fmin(border[b], end);
        if (to <= from)
            continue;
        /* Just before a border: the jump of the renewal's day belongs to what follows. */
        double before = cumulate(o, horizon, from, shift);
        double after = cumulate(o, horizon, to - 1e-6, shift);
        area += even_area(before, fmax(after - before, 0) / (to - 1e-6 - from), to - from);
        from = to;
    }
    return area / end;
}

static void fill_risk(const struct odds *o, int horizon, int days, struct hazard_risk *out)
{
    double span = days == HAZARD_AT_RENEWAL ? o->renewal : days;
    *out = (struct hazard_risk){NAN, NAN, NAN};
    if (days == HAZARD_STAY) {
        *out = (struct hazard_risk){mean_stay(o, horizon, 0), mean_stay(o, horizon, normal_z95),
                                    mean_stay(o, horizon, -normal_z95)};
        return;
    }
    if (isnan(span))
        return;
    out->p = -expm1(-cumulate(o, horizon, span, 0));
    out->low = -expm1(-cumulate(o, horizon, span, -normal_z95));
    out->high = -expm1(-cumulate(o, horizon, span, normal_z95));
}

/* Log-odds and their standard errors for all rows in one state. */
struct table {
    double *eta, *se;
};

static struct table predict_table(struct arena *arena, const struct hazard_model *m,
                                  const double *value, size_t n, enum hazard_state state)
{
    struct dataset data;
    struct table out = {arena_many(arena, n + 1, double), arena_many(arena, n + 1, double)};
    hazard_table(arena, m, value, n, state, &data);
    additive_predict(m->additive, &data, out.eta);
    additive_interval(m->additive, &data, out.se);
    for (size_t i = 0; i < n; i++) {
        out.eta[i] = m->intercept + m->slope * out.eta[i];
        out.se[i] *= fabs(m->slope);
    }
    return out;
}

/* Add the features of a covariate to the n that are in `out` (n_features + 1 places), each once. */
static size_t covariate_features(const struct hazard_model *m, size_t covariate, size_t n,
                                 size_t *out)
{
    const struct bins_source *source = &m->additive->set->row[covariate].bins->source;
    for (size_t p = 0; p < source->n_parents; p++) {
        size_t f = m->feature_of[m->column[source->parent[p]].metric], k = 0;
        while (k < n && out[k] != f)
            k++;
        if (k == n)
            out[n++] = f;
    }
    return n;
}

/* What a term adds goes to its metrics in equal shares. */
static void explain_term(const struct hazard_model *m, size_t t, uint16_t *const *code, size_t n,
                         size_t *feature, double *out)
{
    const struct additive *a = m->additive;
    const struct term *term = a->term[t];
    double weight = m->slope * (a->weight[0] + a->weight[2]);
    size_t shares = 0, q = m->n_features + 1;
    for (size_t x = 0; x < term->key.n; x++)
        shares = covariate_features(m, term->key.axis[x], shares, feature);
    for (size_t i = 0; i < n; i++) {
        uint16_t at[TERM_AXES] = {0};
        for (size_t x = 0; x < term->key.n; x++)
            at[x] = code[term->key.axis[x]][i];
        double v = weight * term_value(term, at, a->beta + a->start[t]) / (double)shares;
        for (size_t k = 0; k < shares; k++)
            out[i * q + feature[k]] += v;
    }
}

/* The features of the covariates on a leaf's way: its path is written in its number. */
static size_t leaf_features(const struct hazard_model *m, const struct boost_tree *tree,
                            size_t leaf, size_t *out)
{
    size_t n = 0;
    for (int level = 0; level < BOOST_DEPTH; level++) {
        int f = tree->feature[((size_t)1 << level) - 1 + (leaf >> (BOOST_DEPTH - level))];
        if (f >= 0)
            n = covariate_features(m, m->additive->features.covariate[f], n, out);
    }
    return n;
}

/* What the trees of one row add, each leaf in equal shares; one without a way is for everybody. */
static void explain_trees(const struct hazard_model *m, const uint16_t *row, size_t *feature,
                          double *out)
{
    const struct additive *a = m->additive;
    for (size_t s = 0; s < G_N_ELEMENTS(a->forest); s++) {
        double weight = m->slope * a->weight[s + 1] / (double)a->n_paths;
        for (size_t v = 0; weight != 0 && v < a->n_paths; v++) {
            out[m->n_features] += weight * a->forest[s].start[v];
            for (size_t t = 0; t < a->forest[s].n_trees; t++) {
                const struct boost_tree *tree = &a->forest[s].tree[v][t];
                size_t leaf = boost_leaf(tree, a->features.is_factor, row);
                size_t shares = leaf_features(m, tree, leaf, feature);
                if (shares == 0)
                    out[m->n_features] += weight * tree->leaf[leaf];
                for (size_t k = 0; k < shares; k++)
                    out[feature[k]] += weight * tree->leaf[leaf] / (double)shares;
            }
        }
    }
}

static void explain(const struct hazard_model *m, const double *value, size_t n, double *out)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct additive *a = m->additive;
    size_t q = m->n_features + 1, *feature = arena_many(arena, q, size_t);
    struct dataset table;
    hazard_table(arena, m, value, n, HAZARD_AS_IS, &table);
    uint16_t **code = additive_codes(arena, a, &table);
    for (size_t i = 0; i < n; i++) {
        for (size_t f = 0; f < m->n_features; f++)
            out[i * q + f] = 0;
        out[i * q + m->n_features] =
            m->intercept + m->slope * (a->shift + (a->weight[0] + a->weight[2]) * a->intercept);
    }
    for (size_t t = 0; t < a->n_terms; t++)
        explain_term(m, t, code, n, feature, out);
    uint16_t *row = arena_many(arena, a->features.d + 1, uint16_t);
    for (size_t i = 0; a->features.d > 0 && i < n; i++) {
        additive_coarse(a, code, i, row);
        explain_trees(m, row, feature, out + i * q);
    }
}

static struct odds *odds_of(struct arena *arena, const struct hazard_model *m, const double *value,
                            size_t n)
{
    struct odds *out = arena_many(arena, n + 1, struct odds);
    struct table quiet = predict_table(arena, m, value, n, HAZARD_NOT_DUE);
    struct table due = m->renewal < 0 ? quiet : predict_table(arena, m, value, n, HAZARD_ALL_DUE);
    for (size_t i = 0; i < n; i++) {
        double until = m->renewal < 0 ? NAN : value[i * m->metrics->n_metrics + (size_t)m->renewal];
        out[i] = (struct odds){until > 0 ? until : NAN, quiet.eta[i], due.eta[i], quiet.se[i],
                               due.se[i]};
    }
    return out;
}

void hazard_predict(const struct hazard_model *m, const double *value, size_t n, const int *days,
                    size_t n_days, struct hazard_risk *out, double *contribution)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct odds *odds = odds_of(arena, m, value, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t d = 0; d < n_days; d++)
            fill_risk(&odds[i], m->horizon_days, days[d], &out[i * n_days + d]);
    }
    if (contribution)
        explain(m, value, n, contribution);
}

void hazard_predict_each(const struct hazard_model *m, const double *value, size_t n,
                         const int *days, struct hazard_risk *out)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct odds *odds = odds_of(arena, m, value, n);
    for (size_t i = 0; i < n; i++)
        fill_risk(&odds[i], m->horizon_days, days[i], &out[i]);
}

double *hazard_probabilities(struct arena *arena, const struct hazard_model *m, const double *value,
                             size_t n)
{
    g_autoptr(arena_t) scratch = arena_new();
    struct hazard_risk *risk = arena_many(scratch, n + 1, struct hazard_risk);
    double *p = arena_many(arena, n + 1, double);
    hazard_predict(m, value, n, &m->horizon_days, 1, risk, NULL);
    for (size_t i = 0; i < n; i++)
        p[i] = risk[i].p;
    return p;
}
