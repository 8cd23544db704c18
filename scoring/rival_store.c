/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stddef.h>

#include "core/day.h"
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
               {"reliability", offsetof(struct evaluation, reliability)},
               {"resolution", offsetof(struct evaluation, resolution)},
               {"uncertainty", offsetof(struct evaluation, uncertainty)},
               {"expected", offsetof(struct evaluation, expected)},
               {"large_z", offsetof(struct evaluation, large_z)},
               {"chi2", offsetof(struct evaluation, chi2)},
               {"chi2_p", offsetof(struct evaluation, chi2_p)},
               {"arr_auc", offsetof(struct evaluation, arr_auc)},
               {"arr_log_loss", offsetof(struct evaluation, arr_log_loss)},
               {"arr_expected", offsetof(struct evaluation, arr_expected)},
               {"arr_lost", offsetof(struct evaluation, arr_lost)},
               {"ece", offsetof(struct evaluation, ece)},
               {"slope", offsetof(struct evaluation, slope)},
               {"intercept", offsetof(struct evaluation, intercept)},
               {"lift", offsetof(struct evaluation, lift)}};

json_t *rival_number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

static json_t *save_groups(const struct evaluation *e)
{
    json_t *out = json_array();
    for (size_t g = 0; g < e->n_groups; g++) {
        const struct calibration_group *group = &e->group[g];
        json_array_append_new(out,
                              json_pack("{s:I, s:I, s:f}", "rows", (json_int_t)group->n, "events",
                                        (json_int_t)group->events, "predicted", group->predicted));
    }
    return out;
}

static json_t *save_one(const struct evaluation *e)
{
    json_t *out = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        double v = *(const double *)(const void *)((const char *)e + figures[i].offset);
        json_object_set_new(out, figures[i].name, rival_number(v));
    }
    json_object_set_new(out, "rows", json_integer((json_int_t)e->n));
    json_object_set_new(out, "events", json_integer((json_int_t)e->events));
    json_object_set_new(out, "groups", save_groups(e));
    return out;
}

static double number_of(const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void load_one(const json_t *row, struct evaluation *e)
{
    const json_t *groups = json_object_get(row, "groups");
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++)
        *(double *)(void *)((char *)e + figures[i].offset) = number_of(row, figures[i].name);
    e->n_groups = MIN(json_array_size(groups), CALIBRATION_GROUPS);
    for (size_t g = 0; g < e->n_groups; g++) {
        const json_t *group = json_array_get(groups, g);
        e->group[g] =
            (struct calibration_group){(size_t)json_number_value(json_object_get(group, "rows")),
                                       (size_t)json_number_value(json_object_get(group, "events")),
                                       number_of(group, "predicted")};
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
    if (table->has[RIVAL_ENGINE] && isfinite(table->cusum.p)) {
        char day[DAY_TEXT_SIZE];
        json_object_set_new(out, "cusum",
                            json_pack("{s:f, s:f, s:s}", "most", table->cusum.most, "p",
                                      table->cusum.p, "day", day_format(table->cusum.day, day)));
    }
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
    const json_t *cusum = json_object_get(root, "cusum");
    const char *day = json_string_value(json_object_get(cusum, "day"));
    out->cusum = (struct calibration_cusum){number_of(cusum, "most"), number_of(cusum, "p"), 0};
    if (!day || !day_parse(slice_of(day), &out->cusum.day, NULL))
        out->cusum.p = NAN;
}
