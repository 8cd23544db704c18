/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log-odds of a period become survival over days, and are split into what each metric adds. */
#include <math.h>
#include <string.h>

#include "scoring/additive_internal.h"
#include "scoring/hazard_internal.h"
#include "scoring/metric_internal.h"

static const double z95 = 1.959963984540054;

/* A row's log-odds of a period in which no contract ends, and of the one in which it does. */
struct odds {
    double renewal;    /* days until it, NaN when none is ahead */
    double quiet, due; /* log-odds */
    double quiet_se, due_se;
};

/* -log(1 - p) of log-odds. */
static double exposure(double eta)
{
    return eta > 0 ? eta + log1p(exp(-eta)) : log1p(exp(eta));
}

/* Cumulated hazard of `days` with the log-odds moved by `shift` standard errors. */
static double cumulate(const struct odds *o, int horizon, double days, double shift)
{
    double quiet = exposure(o->quiet + shift * o->quiet_se), periods = days / horizon;
    double from = isnan(o->renewal) ? days : (ceil(o->renewal / horizon) - 1) * horizon;
    if (from >= days)
        return quiet * periods;
    double due = exposure(o->due + shift * o->due_se), extra = due - quiet;
    double within = fmin(days - from, horizon) / horizon;
    /* A contract's end that lowers the hazard has no day to do so on: it holds for its period. */
    if (extra < 0)
        return quiet * (periods - within) + due * within;
    return quiet * periods + (days >= o->renewal ? extra : 0);
}

static void fill_risk(const struct odds *o, int horizon, int days, struct hazard_risk *out)
{
    double span = days == HAZARD_AT_RENEWAL ? o->renewal : days;
    *out = (struct hazard_risk){NAN, NAN, NAN};
    if (isnan(span))
        return;
    out->p = -expm1(-cumulate(o, horizon, span, 0));
    out->low = -expm1(-cumulate(o, horizon, span, -z95));
    out->high = -expm1(-cumulate(o, horizon, span, z95));
}

static double *log_odds(struct arena *arena, const struct hazard_model *m, const double *value,
                        size_t n, enum hazard_state state)
{
    struct dataset table;
    double *eta = arena_many(arena, n + 1, double);
    hazard_table(arena, m, value, n, state, &table);
    additive_predict(m->additive, &table, eta);
    for (size_t i = 0; i < n; i++)
        eta[i] = m->intercept + m->slope * eta[i];
    return eta;
}

/* The posterior standard error with the renewal put to `days`. */
static double standard_error(const struct hazard_model *m, double *row, double days)
{
    double se;
    if (m->renewal >= 0 && !isnan(row[m->renewal]))
        row[m->renewal] = days;
    logistic_eta(m->logistic, row, &se);
    return m->slope * se;
}

/* The features a term is of. `out` has n_features places. */
static size_t term_features(const struct hazard_model *m, const struct term *term, size_t *out)
{
    size_t n = 0;
    for (size_t a = 0; a < term->key.n; a++) {
        const struct bins_source *source = &m->additive->set->row[term->key.axis[a]].bins->source;
        for (size_t p = 0; p < source->n_parents; p++) {
            size_t f = m->feature_of[m->column[source->parent[p]].metric], k = 0;
            while (k < n && out[k] != f)
                k++;
            out[n] = k == n ? f : out[n];
            n += k == n;
        }
    }
    return n;
}

/* What a term adds goes to its metrics in equal shares. */
static void explain_term(const struct hazard_model *m, size_t t, uint16_t *const *code, size_t n,
                         size_t *feature, double *out)
{
    const struct additive *a = m->additive;
    const struct term *term = a->term[t];
    size_t shares = term_features(m, term, feature), q = m->n_features + 1;
    for (size_t i = 0; i < n; i++) {
        uint16_t at[TERM_AXES] = {0};
        for (size_t x = 0; x < term->key.n; x++)
            at[x] = code[term->key.axis[x]][i];
        double v = m->slope * term_value(term, at, a->beta + a->start[t]) / (double)shares;
        for (size_t k = 0; k < shares; k++)
            out[i * q + feature[k]] += v;
    }
}

static void explain(const struct hazard_model *m, const double *value, size_t n, double *out)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct additive *a = m->additive;
    size_t q = m->n_features + 1, *feature = arena_many(arena, q, size_t);
    struct dataset table;
    uint16_t **code = arena_many(arena, a->set->n + 1, uint16_t *);
    hazard_table(arena, m, value, n, HAZARD_AS_IS, &table);
    for (size_t i = 0; i < n; i++) {
        for (size_t f = 0; f < m->n_features; f++)
            out[i * q + f] = 0;
        out[i * q + m->n_features] = m->intercept + m->slope * (a->shift + a->intercept);
    }
    for (size_t t = 0; t < a->n_terms; t++) {
        for (size_t x = 0; x < a->term[t]->key.n; x++) {
            size_t c = a->term[t]->key.axis[x];
            if (code[c])
                continue;
            code[c] = arena_many(arena, n + 1, uint16_t);
            bins_code(a->set->row[c].bins, &table, code[c]);
        }
        explain_term(m, t, code, n, feature, out);
    }
}

void hazard_predict(const struct hazard_model *m, const double *value, size_t n, const int *days,
                    size_t n_days, struct hazard_risk *out, double *contribution)
{
    g_autoptr(arena_t) arena = arena_new();
    size_t n_metrics = m->metrics->n_metrics;
    double *row = arena_many(arena, n_metrics + 1, double);
    const double *quiet = log_odds(arena, m, value, n, HAZARD_NOT_DUE);
    const double *due = m->renewal < 0 ? quiet : log_odds(arena, m, value, n, HAZARD_ALL_DUE);
    for (size_t i = 0; i < n; i++) {
        double until = m->renewal < 0 ? NAN : value[i * n_metrics + (size_t)m->renewal];
        struct odds o = {.renewal = until > 0 ? until : NAN, .quiet = quiet[i], .due = due[i]};
        memcpy(row, value + i * n_metrics, n_metrics * sizeof *row);
        o.quiet_se = standard_error(m, row, m->horizon_days + 1);
        o.due_se = isnan(o.renewal) ? 0 : standard_error(m, row, hazard_days_into(m, until));
        for (size_t d = 0; d < n_days; d++)
            fill_risk(&o, m->horizon_days, days[d], &out[i * n_days + d]);
    }
    if (contribution)
        explain(m, value, n, contribution);
}
