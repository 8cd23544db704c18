/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/logistic.h"

#include <math.h>
#include <string.h>

#include "scoring/glm.h"
#include "scoring/metric_internal.h"
#include "scoring/order.h"

/* A column of the regression, made of one metric. */
enum column_kind { COLUMN_LINEAR, COLUMN_LOG, COLUMN_MISSING, COLUMN_DUE };

struct column {
    size_t metric;
    enum column_kind kind;
    double mean, sd;
};

struct logistic {
    int horizon_days;
    size_t n_columns;
    struct column *column;
    double *beta; /* n_columns + 1, intercept first */
};

static double raw(const struct logistic *m, const struct column *c, double v)
{
    switch (c->kind) {
    case COLUMN_MISSING:
        return isnan(v);
    case COLUMN_DUE:
        return !isnan(v) && v > 0 && v <= m->horizon_days;
    case COLUMN_LOG:
        return isnan(v) ? NAN : log1p(fmax(v, 0));
    default:
        return v;
    }
}

/* Standardised; a missing value stands at the mean and is told by its own column. */
static double standard(const struct logistic *m, const struct column *c, double v)
{
    double x = raw(m, c, v);
    return isnan(x) ? 0 : (x - c->mean) / c->sd;
}

/* Long right tails are looked at on the log scale. */
static bool is_skewed(double *sorted, size_t n)
{
    if (n < 10 || sorted[0] < 0)
        return false;
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += sorted[i] / (double)n;
    return mean > 1.5 * sorted[n / 2] && sorted[n - 1] > 5;
}

static void add_column(struct logistic *m, const struct panel *panel, const uint8_t *use,
                       struct column c)
{
    double n = 0, sum = 0, squares = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < panel->n; i++) {
            double x = raw(m, &c, panel->value[i * panel->n_metrics + c.metric]);
            if ((use && !use[i]) || isnan(x))
                continue;
            if (pass == 0) {
                n++;
                sum += x;
            } else {
                squares += (x - c.mean) * (x - c.mean);
            }
        }
        c.mean = n > 0 ? sum / n : 0;
    }
    c.sd = n > 1 ? sqrt(squares / n) : 0;
    /* What hardly varies says nothing: 20 rows must differ. */
    if (n < 20 || c.sd < 1e-9 ||
        ((c.kind == COLUMN_MISSING || c.kind == COLUMN_DUE) && (sum < 20 || n - sum < 20)))
        return;
    m->column[m->n_columns++] = c;
}

/* Columns of one metric. Of a renewal date only counts whether it falls into the period: a contract
 * cannot end before, however near it is, and how far it is beyond says nothing. */
static void add_columns(struct logistic *m, const struct metric_set *metrics,
                        const struct panel *panel, const uint8_t *use, size_t metric, bool skewed)
{
    bool renewal = metrics->metric[metric].kind == KIND_DAYS_TO_RENEWAL;
    struct column c = {.metric = metric,
                       .kind = renewal  ? COLUMN_DUE
                               : skewed ? COLUMN_LOG
                                        : COLUMN_LINEAR};
    add_column(m, panel, use, c);
    c.kind = COLUMN_MISSING;
    add_column(m, panel, use, c);
}

static void choose_columns(struct arena *arena, struct logistic *m,
                           const struct metric_set *metrics, const struct panel *panel,
                           const uint8_t *use)
{
    double *sorted = arena_many(arena, panel->n + 1, double);
    m->column = arena_many(arena, panel->n_metrics * 4 + 1, struct column);
    for (size_t j = 0; j < panel->n_metrics; j++) {
        size_t n = 0;
        for (size_t i = 0; i < panel->n; i++) {
            double v = panel->value[i * panel->n_metrics + j];
            if ((!use || use[i]) && !isnan(v))
                sorted[n++] = v;
        }
        order_ascending(sorted, n);
        add_columns(m, metrics, panel, use, j, is_skewed(sorted, n));
    }
}

struct logistic *logistic_fit(struct arena *arena, const struct metric_set *metrics,
                              const struct panel *panel, const uint8_t *use, int horizon_days,
                              double ridge, GError **err)
{
    struct logistic *m = arena_one(arena, struct logistic);
    m->horizon_days = horizon_days;
    choose_columns(arena, m, metrics, panel, use);
    g_autoptr(arena_t) scratch = arena_new();
    double *x = arena_many(scratch, panel->n * m->n_columns + 1, double);
    double *y = arena_many(scratch, panel->n + 1, double);
    size_t n = 0;
    for (size_t i = 0; i < panel->n; i++) {
        if (use && !use[i])
            continue;
        for (size_t c = 0; c < m->n_columns; c++)
            x[n * m->n_columns + c] = standard(
                m, &m->column[c], panel->value[i * panel->n_metrics + m->column[c].metric]);
        y[n++] = panel->y[i];
    }
    struct glm_data data = {.n = n, .p = m->n_columns, .x = x, .y = y};
    struct glm_fit fit;
    if (!glm_fit(arena, &data, GLM_LOGIT, ridge, &fit, err))
        return NULL;
    m->beta = fit.beta;
    return m;
}

double logistic_eta(const struct logistic *m, const double *value)
{
    double eta = m->beta[0];
    for (size_t c = 0; c < m->n_columns; c++)
        eta += m->beta[c + 1] * standard(m, &m->column[c], value[m->column[c].metric]);
    return eta;
}
