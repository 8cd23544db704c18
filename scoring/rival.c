/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/rival.h"

#include <math.h>

#include "scoring/glm.h"
#include "scoring/logistic.h"

const char *rival_name(enum rival rival)
{
    static const char *const names[RIVALS] = {"base", "health", "logistic", "engine"};
    return names[rival];
}

const char *rival_label(enum rival rival)
{
    static const char *const labels[RIVALS] = {"base rate", "health score", "logistic regression",
                                               "additive engine"};
    return labels[rival];
}

static double inverse_logit(double eta)
{
    return 1 / (1 + exp(-eta));
}

struct fitting {
    struct arena *arena;
    const struct metric_set *metrics;
    const struct panel *panel;
    const uint8_t *train;
    const struct hazard_options *options;
    struct rival_rows *out;
};

static double *room(const struct fitting *f)
{
    return arena_many(f->arena, f->out->n + 1, double);
}

static void predict_base(const struct fitting *f)
{
    double n = 0, events = 0, *p = room(f);
    for (size_t i = 0; i < f->panel->n; i++) {
        n += f->train[i] != 0;
        events += f->train[i] ? f->panel->y[i] : 0;
    }
    for (size_t k = 0; k < f->out->n; k++)
        p[k] = n > 0 ? events / n : 0;
    f->out->p[RIVAL_BASE] = p;
}

/* Health and whether it is unknown, as two columns. */
static void health_columns(double health, double *x)
{
    x[0] = isnan(health) ? 0.5 : health;
    x[1] = isnan(health);
}

static void predict_health(const struct fitting *f)
{
    const struct panel *panel = f->panel;
    double *x = arena_many(f->arena, panel->n * 2 + 1, double);
    double *y = arena_many(f->arena, panel->n + 1, double);
    size_t n = 0, known = 0;
    struct glm_fit fit;
    for (size_t i = 0; panel->health && i < panel->n; i++) {
        if (!f->train[i])
            continue;
        known += !isnan(panel->health[i]);
        health_columns(panel->health[i], x + 2 * n);
        y[n++] = panel->y[i];
    }
    struct glm_data data = {.n = n, .p = 2, .x = x, .y = y};
    if (known == 0 || !glm_fit(f->arena, &data, GLM_LOGIT, 1, &fit, NULL))
        return;
    double *p = room(f);
    for (size_t k = 0; k < f->out->n; k++) {
        double row[2];
        health_columns(panel->health[f->out->row[k]], row);
        p[k] = inverse_logit(fit.beta[0] + fit.beta[1] * row[0] + fit.beta[2] * row[1]);
    }
    f->out->p[RIVAL_HEALTH] = p;
}

static bool predict_logistic(const struct fitting *f, GError **err)
{
    const struct logistic *model = logistic_fit(f->arena, f->metrics, f->panel, f->train,
                                                f->options->horizon_days, f->options->ridge, err);
    if (!model)
        return false;
    double *p = room(f);
    for (size_t k = 0; k < f->out->n; k++)
        p[k] = inverse_logit(
            logistic_eta(model, f->panel->value + f->out->row[k] * f->panel->n_metrics));
    f->out->p[RIVAL_LOGISTIC] = p;
    return true;
}

static bool predict_engine(const struct fitting *f, GError **err)
{
    const struct hazard_model *model =
        hazard_fit(f->arena, f->metrics, f->panel, f->train, f->options, err);
    if (!model)
        return false;
    const double *value = panel_values(f->arena, f->panel, f->out->row, f->out->n);
    f->out->p[RIVAL_ENGINE] = hazard_probabilities(f->arena, model, value, f->out->n);
    return true;
}

bool rival_predict(struct arena *arena, const struct metric_set *metrics, const struct panel *panel,
                   const uint8_t *train, const uint8_t *test, const struct hazard_options *options,
                   struct rival_rows *out, GError **err)
{
    size_t *row = arena_many(arena, panel->n + 1, size_t);
    *out = (struct rival_rows){.row = row,
                               .y = arena_many(arena, panel->n + 1, double),
                               .as_of = arena_many(arena, panel->n + 1, int32_t),
                               .arr = panel->arr_minor ? arena_many(arena, panel->n + 1, double)
                                                       : NULL};
    for (size_t i = 0; i < panel->n; i++) {
        if (!test[i])
            continue;
        out->y[out->n] = panel->y[i];
        out->as_of[out->n] = panel->as_of[i];
        if (out->arr)
            out->arr[out->n] = panel->arr_minor[i];
        row[out->n++] = i;
    }
    const struct fitting f = {arena, metrics, panel, train, options, out};
    predict_base(&f);
    predict_health(&f);
    return predict_logistic(&f, err) && predict_engine(&f, err);
}

void rival_evaluate(struct arena *arena, const struct rival_rows *rows, struct rival_table *out)
{
    for (int k = 0; k < RIVALS; k++) {
        out->has[k] = rows->p[k] != NULL;
        if (!out->has[k])
            continue;
        evaluate_probabilities(arena, rows->p[k], rows->y, rows->n, &out->row[k]);
        evaluate_by_arr(arena, rows->p[k], rows->y, rows->arr, rows->n, &out->row[k]);
    }
    if (out->has[RIVAL_ENGINE])
        calibration_cusum(arena, rows->p[RIVAL_ENGINE], rows->y, rows->as_of, rows->n, &out->cusum);
}

void rival_difference(const double *a, const double *b, const double *y, size_t n, double *mean,
                      double *se)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        double d = evaluate_log_loss(a[i], y[i]) - evaluate_log_loss(b[i], y[i]);
        sum += d;
        square += d * d;
    }
    *mean = n ? sum / (double)n : 0;
    *se = n ? sqrt(fmax(square / (double)n - *mean * *mean, 0) / (double)n) : 0;
}
