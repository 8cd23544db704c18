/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The churn model as JSON: columns by the metrics' names and definitions, and the engine's model.
 */
#include <stdlib.h>
#include <string.h>

#include "scoring/additive_store.h"
#include "scoring/hazard_internal.h"
#include "scoring/metric_internal.h"
#include "scoring/numbers.h"

enum { HAZARD_VERSION = 2 };
static const char *const kind_names[HAZARD_KINDS] = {"value", "due", "due_days"};

char *hazard_save(const struct hazard_model *m)
{
    json_t *columns = json_array();
    for (size_t c = 0; c < m->n_columns; c++)
        json_array_append_new(columns, json_pack("{s:s, s:s, s:s}", "metric",
                                                 metric_info(m->metrics, m->column[c].metric)->name,
                                                 "definition", m->column[c].definition, "kind",
                                                 kind_names[m->column[c].kind]));
    json_t *root =
        json_pack("{s:i, s:i, s:o, s:f, s:f, s:o}", "version", HAZARD_VERSION, "horizon_days",
                  m->horizon_days, "columns", columns, "intercept", m->intercept, "slope", m->slope,
                  "additive", additive_store_save(m->additive));
    char *raw = json_dumps(root, NUMBERS_FORMAT), *text = g_strdup(raw);
    free(raw);
    json_decref(root);
    return text;
}

static bool load_column(struct arena *arena, const struct metric_set *metrics, const json_t *row,
                        struct hazard_column *out)
{
    const char *kind = json_string_value(json_object_get(row, "kind"));
    const char *name = json_string_value(json_object_get(row, "metric"));
    const char *definition = json_string_value(json_object_get(row, "definition"));
    int metric = name ? metric_index(metrics, name) : -1, k = 0;
    while (kind && k < HAZARD_KINDS && strcmp(kind_names[k], kind) != 0)
        k++;
    if (!kind || k == HAZARD_KINDS || metric < 0)
        return false;
    *out = (struct hazard_column){(size_t)metric, metric_definition(arena, metrics, (size_t)metric),
                                  (enum hazard_kind)k};
    return g_strcmp0(definition, out->definition) == 0;
}

static bool load_columns(struct arena *arena, struct hazard_model *m, const json_t *columns)
{
    m->renewal = -1;
    m->n_columns = json_array_size(columns);
    m->column = arena_many(arena, m->n_columns + 1, struct hazard_column);
    for (size_t c = 0; c < m->n_columns; c++) {
        if (!load_column(arena, m->metrics, json_array_get(columns, c), &m->column[c]))
            return false;
        if (m->column[c].kind != HAZARD_VALUE)
            m->renewal = (int)m->column[c].metric;
    }
    return true;
}

static bool load(struct arena *arena, struct hazard_model *m, const json_t *root)
{
    const json_t *intercept = json_object_get(root, "intercept");
    const json_t *slope = json_object_get(root, "slope");
    size_t horizon;
    if (!numbers_load_size(json_object_get(root, "horizon_days"), HAZARD_DAYS_MAX + 1, &horizon) ||
        horizon == 0 || !json_is_number(intercept) || !json_is_number(slope))
        return false;
    m->horizon_days = (int)horizon;
    m->intercept = json_number_value(intercept);
    m->slope = json_number_value(slope);
    m->additive = additive_store_load(arena, json_object_get(root, "additive"), NULL);
    if (!m->additive || !load_columns(arena, m, json_object_get(root, "columns")) ||
        additive_store_columns(m->additive) > m->n_columns)
        return false;
    hazard_choose_features(arena, m);
    return true;
}

static bool is_of_this_version(const json_t *root)
{
    const json_t *additive = json_object_get(root, "additive");
    return json_number_value(json_object_get(root, "version")) == HAZARD_VERSION &&
           json_number_value(json_object_get(additive, "version")) == ADDITIVE_STORE_VERSION;
}

struct hazard_model *hazard_load(struct arena *arena, const struct metric_set *metrics,
                                 const char *json, GError **err)
{
    struct hazard_model *m = arena_one(arena, struct hazard_model);
    json_t *root = json_loads(json, NUMBERS_READ, NULL);
    m->metrics = metrics;
    bool same = is_of_this_version(root), ok = same && load(arena, m, root);
    json_decref(root);
    if (ok)
        return m;
    err_set(err, KENKO_ERROR_CONFLICT, "the stored model %s: train again (kenko train)",
            same ? "does not fit metrics.yaml" : "was stored by another version of kenko");
    return NULL;
}
