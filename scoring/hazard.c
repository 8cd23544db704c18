/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/hazard.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/glm.h"
#include "scoring/metric_internal.h"

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

struct hazard_model {
    int horizon_days;
    size_t n_columns, n_features;
    struct column *column;
    size_t *feature; /* metric of each feature, ascending */
    int renewal;     /* the metric that runs down, -1 */
    double *beta;    /* n_columns + 1, intercept first */
    double *covariance;
};

static double raw(const struct hazard_model *m, const struct column *c, double v)
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
static double standard(const struct hazard_model *m, const struct column *c, double v)
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

static void add_column(struct hazard_model *m, const struct hazard_panel *panel, const uint8_t *use,
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
static void add_columns(struct arena *arena, struct hazard_model *m,
                        const struct metric_set *metrics, const struct hazard_panel *panel,
                        const uint8_t *use, size_t metric, bool skewed)
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
    if (renewal)
        m->renewal = (int)metric;
}

static void choose_columns(struct arena *arena, struct hazard_model *m,
                           const struct metric_set *metrics, const struct hazard_panel *panel,
                           const uint8_t *use)
{
    double *sorted = arena_many(arena, panel->n + 1, double);
    m->column = arena_many(arena, panel->n_metrics * 4 + 1, struct column);
    m->feature = arena_many(arena, panel->n_metrics + 1, size_t);
    m->renewal = -1;
    for (size_t j = 0; j < panel->n_metrics; j++) {
        size_t n = 0, before = m->n_columns;
        for (size_t i = 0; i < panel->n; i++) {
            double v = panel->value[i * panel->n_metrics + j];
            if ((!use || use[i]) && !isnan(v))
                sorted[n++] = v;
        }
        qsort(sorted, n, sizeof *sorted, compare_double);
        add_columns(arena, m, metrics, panel, use, j, is_skewed(sorted, n));
        if (m->n_columns > before)
            m->feature[m->n_features++] = j;
    }
}

struct hazard_model *hazard_fit(struct arena *arena, const struct metric_set *metrics,
                                const struct hazard_panel *panel, const uint8_t *use,
                                int horizon_days, double ridge, GError **err)
{
    struct hazard_model *m = arena_one(arena, struct hazard_model);
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

static json_t *numbers(const double *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_real(v[i]));
    return list;
}

char *hazard_save(const struct hazard_model *m)
{
    json_t *root = json_object(), *columns = json_array();
    for (size_t c = 0; c < m->n_columns; c++)
        json_array_append_new(columns,
                              json_pack("{s:s, s:s, s:s, s:f, s:f}", "metric", m->column[c].name,
                                        "definition", m->column[c].definition, "kind",
                                        column_names[m->column[c].kind], "mean", m->column[c].mean,
                                        "sd", m->column[c].sd));
    size_t q = m->n_columns + 1;
    json_object_set_new(root, "horizon_days", json_integer(m->horizon_days));
    json_object_set_new(root, "renewal", json_integer(m->renewal >= 0));
    json_object_set_new(root, "columns", columns);
    json_object_set_new(root, "beta", numbers(m->beta, q));
    json_object_set_new(root, "covariance", numbers(m->covariance, q * q));
    char *raw_text = json_dumps(root, JSON_REAL_PRECISION(17) | JSON_SORT_KEYS);
    char *text = g_strdup(raw_text);
    free(raw_text);
    json_decref(root);
    return text;
}

static bool get_numbers(const json_t *list, double *out, size_t n)
{
    if (json_array_size(list) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!json_is_number(json_array_get(list, i)))
            return false;
        out[i] = json_number_value(json_array_get(list, i));
    }
    return true;
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

static bool load_columns(struct arena *arena, struct hazard_model *m,
                         const struct metric_set *metrics, const json_t *columns)
{
    for (size_t c = 0; c < m->n_columns; c++) {
        if (!load_column(arena, metrics, json_array_get(columns, c), &m->column[c]))
            return false;
        size_t metric = m->column[c].metric;
        if (m->n_features == 0 || m->feature[m->n_features - 1] != metric)
            m->feature[m->n_features++] = metric;
        if (metrics->metric[metric].kind == KIND_DAYS_TO_RENEWAL)
            m->renewal = (int)metric;
    }
    return true;
}

struct hazard_model *hazard_load(struct arena *arena, const struct metric_set *metrics,
                                 const char *json, GError **err)
{
    /* jsonb writes 1e20 as an integer that jansson would refuse. */
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
    const json_t *columns = json_object_get(root, "columns");
    struct hazard_model *m = arena_one(arena, struct hazard_model);
    m->horizon_days = (int)json_number_value(json_object_get(root, "horizon_days"));
    m->renewal = -1;
    m->n_columns = json_array_size(columns);
    size_t q = m->n_columns + 1;
    m->column = arena_many(arena, q, struct column);
    m->feature = arena_many(arena, q, size_t);
    m->beta = arena_many(arena, q, double);
    m->covariance = arena_many(arena, q * q, double);
    bool ok = m->horizon_days > 0 && load_columns(arena, m, metrics, columns) &&
              get_numbers(json_object_get(root, "beta"), m->beta, q) &&
              get_numbers(json_object_get(root, "covariance"), m->covariance, q * q);
    json_decref(root);
    if (ok)
        return m;
    err_set(err, KENKO_ERROR_CONFLICT,
            "the stored model does not fit metrics.yaml: train again (kenko train)");
    return NULL;
}

size_t hazard_features(const struct hazard_model *model)
{
    return model->n_features;
}

size_t hazard_feature_metric(const struct hazard_model *model, size_t feature)
{
    return model->feature[feature];
}

int hazard_horizon(const struct hazard_model *model)
{
    return model->horizon_days;
}

static double inverse_logit(double eta)
{
    return 1 / (1 + exp(-eta));
}

/* Log-odds of one period and its standard error; z is scratch of n_columns + 1. */
static double period(const struct hazard_model *m, const double *value, int ahead_days, double *z,
                     double *se)
{
    size_t q = m->n_columns + 1;
    double eta = 0, variance = 0;
    z[0] = 1;
    for (size_t c = 0; c < m->n_columns; c++) {
        double v = value[m->column[c].metric];
        if ((int)m->column[c].metric == m->renewal && ahead_days > 0 && !isnan(v)) {
            v -= ahead_days;
            v = v <= 0 ? v + 365 : v; /* it was renewed, for a year */
        }
        z[c + 1] = standard(m, &m->column[c], v);
    }
    for (size_t j = 0; j < q; j++) {
        double row = 0;
        eta += m->beta[j] * z[j];
        for (size_t k = 0; k < q; k++)
            row += m->covariance[j * q + k] * z[k];
        variance += row * z[j];
    }
    *se = sqrt(fmax(variance, 0));
    return eta;
}

static void explain(const struct hazard_model *m, const double *z, double *contribution)
{
    for (size_t f = 0; f < m->n_features; f++) {
        contribution[f] = 0;
        for (size_t c = 0; c < m->n_columns; c++) {
            if (m->column[c].metric == m->feature[f])
                contribution[f] += m->beta[c + 1] * z[c + 1];
        }
    }
    contribution[m->n_features] = m->beta[0];
}

void hazard_predict(const struct hazard_model *m, const double *value, int days,
                    struct hazard_risk *out, double *contribution)
{
    double *z = g_new(double, m->n_columns + 1);
    double stay = 1, stay_low = 1, stay_high = 1, se;
    int periods = MAX(1, (days + m->horizon_days / 2) / m->horizon_days);
    for (int k = 0; k < periods; k++) {
        double eta = period(m, value, k * m->horizon_days, z, &se);
        if (k == 0 && contribution)
            explain(m, z, contribution);
        stay *= 1 - inverse_logit(eta);
        stay_low *= 1 - inverse_logit(eta - 1.959963984540054 * se);
        stay_high *= 1 - inverse_logit(eta + 1.959963984540054 * se);
    }
    *out = (struct hazard_risk){1 - stay, 1 - stay_low, 1 - stay_high};
    g_free(z);
}
