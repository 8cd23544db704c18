/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/hazard.h"

#include <math.h>
#include <string.h>

#include "scoring/additive_internal.h"
#include "scoring/additive_table.h"
#include "scoring/hazard_internal.h"
#include "scoring/metric_internal.h"

double hazard_days_into(const struct hazard_model *m, double days)
{
    if (!(days > 0))
        return NAN;
    return days - (ceil(days / m->horizon_days) - 1) * m->horizon_days;
}

/* Days to a renewal within the period that the state puts it into; NaN when it is not due in it. */
static double due_in(const struct hazard_model *m, double days, enum hazard_state state)
{
    if (state == HAZARD_NOT_DUE)
        return NAN;
    if (state == HAZARD_ALL_DUE)
        return hazard_days_into(m, days);
    return days > 0 && days <= m->horizon_days ? days : NAN;
}

static double cell(const struct hazard_model *m, const struct hazard_column *c, double v,
                   enum hazard_state state)
{
    if (c->kind == HAZARD_VALUE || isnan(v))
        return v;
    double due = due_in(m, v, state);
    return c->kind == HAZARD_DUE ? !isnan(due) : due;
}

void hazard_table(struct arena *arena, const struct hazard_model *m, const double *value, size_t n,
                  enum hazard_state state, struct dataset *out)
{
    struct dataset_column *column = arena_many(arena, m->n_columns + 1, struct dataset_column);
    size_t n_metrics = m->metrics->n_metrics;
    for (size_t c = 0; c < m->n_columns; c++) {
        const struct metric_info *info = metric_info(m->metrics, m->column[c].metric);
        double *x = arena_many(arena, n + 1, double);
        for (size_t i = 0; i < n; i++)
            x[i] = cell(m, &m->column[c], value[i * n_metrics + m->column[c].metric], state);
        column[c] = (struct dataset_column){.name = info->name, .unit = "", .x = x};
        if (m->column[c].kind == HAZARD_VALUE) {
            column[c].unit = info->unit;
            /* A direction is of health, and what is good for that is bad for churn. */
            if (info->monotone)
                column[c].direction = strcmp(info->direction, "up") == 0 ? -1 : 1;
        }
        if (m->column[c].kind == HAZARD_DUE)
            column[c].name = arena_printf(arena, "%s due", info->name);
    }
    *out = (struct dataset){n, m->n_columns, column};
}

static void add_column(struct arena *arena, struct hazard_model *m, size_t metric,
                       enum hazard_kind kind)
{
    m->column[m->n_columns++] =
        (struct hazard_column){metric, metric_definition(arena, m->metrics, metric), kind};
}

/* A metric without any value is no column. */
static void choose_columns(struct arena *arena, struct hazard_model *m, const double *value,
                           size_t n)
{
    size_t n_metrics = m->metrics->n_metrics;
    m->column = arena_many(arena, 2 * n_metrics + 1, struct hazard_column);
    m->renewal = -1;
    for (size_t j = 0; j < n_metrics; j++) {
        size_t i = 0;
        while (i < n && isnan(value[i * n_metrics + j]))
            i++;
        if (i == n)
            continue;
        if (m->metrics->metric[j].kind != KIND_DAYS_TO_RENEWAL) {
            add_column(arena, m, j, HAZARD_VALUE);
            continue;
        }
        m->renewal = (int)j;
        add_column(arena, m, j, HAZARD_DUE);
        add_column(arena, m, j, HAZARD_DUE_DAYS);
    }
}

static void use_covariate(const struct hazard_model *m, size_t covariate, bool *used)
{
    const struct bins_source *source = &m->additive->set->row[covariate].bins->source;
    for (size_t p = 0; p < source->n_parents; p++)
        used[m->column[source->parent[p]].metric] = true;
}

void hazard_choose_features(struct arena *arena, struct hazard_model *m)
{
    const struct additive *a = m->additive;
    size_t n_metrics = m->metrics->n_metrics;
    bool *used = arena_many(arena, n_metrics + 1, bool);
    for (size_t t = 0; t < a->n_terms; t++) {
        for (size_t x = 0; x < a->term[t]->key.n; x++)
            use_covariate(m, a->term[t]->key.axis[x], used);
    }
    for (size_t f = 0; f < a->features.d; f++)
        use_covariate(m, a->features.covariate[f], used);
    m->feature = arena_many(arena, n_metrics + 1, size_t);
    m->feature_of = arena_many(arena, n_metrics + 1, size_t);
    m->n_features = 0;
    for (size_t j = 0; j < n_metrics; j++) {
        m->feature_of[j] = m->n_features;
        if (used[j])
            m->feature[m->n_features++] = j;
    }
}

struct hazard_model *hazard_fit(struct arena *arena, const struct metric_set *metrics,
                                const struct panel *panel, const uint8_t *use,
                                const struct hazard_options *options, GError **err)
{
    g_autoptr(arena_t) scratch = arena_new();
    struct hazard_model *m = arena_one(arena, struct hazard_model);
    double *y = arena_many(scratch, panel->n + 1, double);
    struct dataset table;
    size_t n = 0, *row = arena_many(scratch, panel->n + 1, size_t);
    *m = (struct hazard_model){
        .metrics = metrics, .horizon_days = options->horizon_days, .slope = 1};
    for (size_t i = 0; i < panel->n; i++) {
        if (use && !use[i])
            continue;
        row[n] = i;
        y[n++] = panel->y[i];
    }
    const double *value = panel_values(scratch, panel, row, n);
    choose_columns(arena, m, value, n);
    hazard_table(scratch, m, value, n, HAZARD_AS_IS, &table);
    const struct additive_options engine = {options->mode, 1, options->threads};
    m->additive = additive_fit(arena, &table, y, &engine, err);
    if (!m->additive)
        return NULL;
    hazard_choose_features(arena, m);
    return m;
}

void hazard_calibrate(struct hazard_model *m, double intercept, double slope)
{
    m->intercept = intercept + slope * m->intercept;
    m->slope *= slope;
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

const struct additive_summary *hazard_summary(const struct hazard_model *model)
{
    return additive_summary(model->additive);
}

struct additive_tables *hazard_tables(struct arena *arena, const struct hazard_model *model)
{
    return additive_table_all(arena, model->additive);
}

void hazard_calibration(const struct hazard_model *model, double *intercept, double *slope)
{
    *intercept = model->intercept;
    *slope = model->slope;
}
