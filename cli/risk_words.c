/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/risk_words.h"

#include <math.h>
#include <stdio.h>

#include "scoring/model.h"

static const int spans[RISK_WORDS_SPANS] = {30, 90, 180, HAZARD_AT_RENEWAL};

bool risk_words_load(struct arena *arena, struct context *context,
                     const struct q_change_account_row *a, struct risk_words *out, GError **err)
{
    struct model model;
    *out = (struct risk_words){0};
    if (a->model_id_is_null || a->risk_value_is_null)
        return true;
    const struct metric_set *metrics = metric_set_load(arena, context->config, err);
    if (!metrics || !model_load(arena, context->db, metrics, a->model_id, &model, err))
        return false;
    if (!model.hazard || hazard_features(model.hazard) != a->risk_value.n)
        return true;
    double *value = arena_many(arena, metric_count(metrics) + 1, double);
    for (size_t m = 0; m < metric_count(metrics); m++)
        value[m] = NAN;
    for (size_t f = 0; f < a->risk_value.n; f++) {
        if (!a->risk_value.is_null || !a->risk_value.is_null[f])
            value[hazard_feature_metric(model.hazard, f)] = a->risk_value.v[f];
    }
    hazard_predict(model.hazard, value, 1, spans, RISK_WORDS_SPANS, out->risk, NULL);
    out->is_known = true;
    return true;
}

void risk_words_print(const struct risk_words *r)
{
    if (!r->is_known)
        return;
    for (int s = 0; s < RISK_WORDS_SPANS; s++) {
        const struct hazard_risk *risk = &r->risk[s];
        if (isnan(risk->p) || spans[s] == 90) /* 90 days stand in the headline */
            continue;
        fputs(s ? "; " : "  ", stdout);
        if (spans[s] == HAZARD_AT_RENEWAL)
            fputs("by the end of the contract", stdout);
        else
            printf("within %d days", spans[s]);
        printf(" %.1f %% (%.1f to %.1f)", 100 * risk->p, 100 * risk->low, 100 * risk->high);
    }
    fputs("\n", stdout);
}

void risk_words_json(GString *out, const struct risk_words *r)
{
    g_string_append(out, ", \"risk\": ");
    if (!r->is_known) {
        g_string_append(out, "null");
        return;
    }
    for (int s = 0; s < RISK_WORDS_SPANS; s++) {
        char text[3][G_ASCII_DTOSTR_BUF_SIZE];
        const double v[] = {r->risk[s].p, r->risk[s].low, r->risk[s].high};
        g_string_append_c(out, s ? ',' : '{');
        if (spans[s] == HAZARD_AT_RENEWAL)
            g_string_append(out, " \"renewal\": ");
        else
            g_string_append_printf(out, "%s\"%d\": ", s ? " " : "", spans[s]);
        for (int k = 0; k < 3; k++)
            g_ascii_formatd(text[k], sizeof text[k], "%.9g", v[k]);
        if (isnan(v[0]))
            g_string_append(out, "null");
        else
            g_string_append_printf(out, "[%s, %s, %s]", text[0], text[1], text[2]);
    }
    g_string_append_c(out, '}');
}
