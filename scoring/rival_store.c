/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stddef.h>

#include "scoring/rival.h"

static const struct {
    const char *name;
    size_t offset;
} figures[] = {{"auc", offsetof(struct evaluation, auc)},
               {"auc_low", offsetof(struct evaluation, auc_low)},
               {"auc_high", offsetof(struct evaluation, auc_high)},
               {"pr_auc", offsetof(struct evaluation, pr_auc)},
               {"log_loss", offsetof(struct evaluation, log_loss)},
               {"base_log_loss", offsetof(struct evaluation, base_log_loss)},
               {"brier", offsetof(struct evaluation, brier)},
               {"ece", offsetof(struct evaluation, ece)},
               {"slope", offsetof(struct evaluation, slope)},
               {"intercept", offsetof(struct evaluation, intercept)},
               {"lift", offsetof(struct evaluation, lift)}};

static json_t *save_one(const struct evaluation *e)
{
    json_t *out = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        double v = *(const double *)(const void *)((const char *)e + figures[i].offset);
        json_object_set_new(out, figures[i].name, isfinite(v) ? json_real(v) : json_null());
    }
    json_object_set_new(out, "rows", json_integer((json_int_t)e->n));
    json_object_set_new(out, "events", json_integer((json_int_t)e->events));
    return out;
}

static void load_one(const json_t *row, struct evaluation *e)
{
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        const json_t *value = json_object_get(row, figures[i].name);
        *(double *)(void *)((char *)e + figures[i].offset) =
            json_is_number(value) ? json_number_value(value) : NAN;
    }
    e->n = (size_t)json_number_value(json_object_get(row, "rows"));
    e->events = (size_t)json_number_value(json_object_get(row, "events"));
}

json_t *rival_save(const struct rival_table *table)
{
    json_t *out = save_one(&table->row[RIVAL_ENGINE]), *rivals = json_object();
    for (int k = 0; k < RIVALS; k++) {
        if (table->has[k])
            json_object_set_new(rivals, rival_name((enum rival)k), save_one(&table->row[k]));
    }
    json_object_set_new(out, "rivals", rivals);
    return out;
}

void rival_load(const json_t *root, struct rival_table *out)
{
    const json_t *rivals = json_object_get(root, "rivals");
    for (int k = 0; k < RIVALS; k++) {
        const json_t *row = json_object_get(rivals, rival_name((enum rival)k));
        out->has[k] = row != NULL;
        load_one(row, &out->row[k]);
    }
    load_one(root, &out->row[RIVAL_ENGINE]);
}
