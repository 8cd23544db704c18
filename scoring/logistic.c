/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/logistic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/glm.h"
#include "scoring/metric_internal.h"
#include "scoring/numbers.h"

/* A column of the regression, made of one metric. */
enum column_kind { COLUMN_LINEAR, COLUMN_LOG, COLUMN_MISSING, COLUMN_DUE, COLUMN_KINDS };
static const char *const column_names[COLUMN_KINDS] = {"linear", "log", "missing", "due"};

struct column {
    size_t metric;
    const char *name;       /* of the metric: the stored model knows it by name */
    const char *definition; /* what the metric computed when the model was made */
    enum column_kind kind;
    double mean, sd;
};

struct logistic {
    int horizon_days;
    size_t n_columns;
    struct column *column;
    double *beta; /* n_columns + 1, intercept first */
    double *covariance;
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

static int compare_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
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
static void add_columns(struct arena *arena, struct logistic *m, const struct metric_set *metrics,
                        const struct panel *panel, const uint8_t *use, size_t metric, bool skewed)
{
    bool renewal = metrics->metric[metric].kind == KIND_DAYS_TO_RENEWAL;
    struct column c = {.metric = metric,
                       .name = metrics->metric[metric].info.name,
                       .definition = metric_definition(arena, metrics, metric),
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
        qsort(sorted, n, sizeof *sorted, compare_double);
        add_columns(arena, m, metrics, panel, use, j, is_skewed(sorted, n));
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
    m->covariance = fit.covariance;
    return m;
}

json_t *logistic_save(const struct logistic *m)
{
    json_t *columns = json_array();
    for (size_t c = 0; c < m->n_columns; c++)
        json_array_append_new(columns,
                              json_pack("{s:s, s:s, s:s, s:f, s:f}", "metric", m->column[c].name,
                                        "definition", m->column[c].definition, "kind",
                                        column_names[m->column[c].kind], "mean", m->column[c].mean,
                                        "sd", m->column[c].sd));
    size_t q = m->n_columns + 1;
    return json_pack("{s:i, s:o, s:o, s:o}", "horizon_days", m->horizon_days, "columns", columns,
                     "beta", numbers_save(m->beta, q), "covariance",
                     numbers_save(m->covariance, q * q));
}

static bool load_column(struct arena *arena, const struct metric_set *metrics, const json_t *row,
                        struct column *out)
{
    const char *kind = json_string_value(json_object_get(row, "kind"));
    const char *name = json_string_value(json_object_get(row, "metric"));
    const char *definition = json_string_value(json_object_get(row, "definition"));
    int metric = name ? metric_index(metrics, name) : -1, k = 0;
    while (kind && k < COLUMN_KINDS && strcmp(column_names[k], kind) != 0)
        k++;
    if (!kind || k == COLUMN_KINDS || metric < 0)
        return false;
    *out = (struct column){.metric = (size_t)metric,
                           .name = metric_info(metrics, (size_t)metric)->name,
                           .definition = metric_definition(arena, metrics, (size_t)metric),
                           .kind = (enum column_kind)k,
                           .mean = json_number_value(json_object_get(row, "mean")),
                           .sd = json_number_value(json_object_get(row, "sd"))};
    return out->sd > 0 && g_strcmp0(definition, out->definition) == 0;
}

struct logistic *logistic_load(struct arena *arena, const struct metric_set *metrics,
                               const json_t *root)
{
    const json_t *columns = json_object_get(root, "columns");
    struct logistic *m = arena_one(arena, struct logistic);
    size_t q = json_array_size(columns) + 1, horizon;
    m->column = arena_many(arena, q, struct column);
    m->beta = arena_many(arena, q, double);
    m->covariance = arena_many(arena, q * q, double);
    if (!numbers_load_size(json_object_get(root, "horizon_days"), INT16_MAX, &horizon) ||
        !numbers_load(json_object_get(root, "beta"), m->beta, q) ||
        !numbers_load(json_object_get(root, "covariance"), m->covariance, q * q))
        return NULL;
    m->horizon_days = (int)horizon;
    for (; m->n_columns + 1 < q; m->n_columns++) {
        if (!load_column(arena, metrics, json_array_get(columns, m->n_columns),
                         &m->column[m->n_columns]))
            return NULL;
    }
    return m;
}

double logistic_eta(const struct logistic *m, const double *value, double *se)
{
    size_t q = m->n_columns + 1;
    g_autofree double *z = g_new(double, q);
    double eta = 0, variance = 0;
    z[0] = 1;
    for (size_t c = 0; c < m->n_columns; c++)
        z[c + 1] = standard(m, &m->column[c], value[m->column[c].metric]);
    for (size_t j = 0; j < q; j++) {
        double row = 0;
        eta += m->beta[j] * z[j];
        for (size_t k = 0; se && k < q; k++)
            row += m->covariance[j * q + k] * z[k];
        variance += row * z[j];
    }
    if (se)
        *se = sqrt(fmax(variance, 0));
    return eta;
}
