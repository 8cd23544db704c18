/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/train_config.h"

#include <string.h>

#include "scoring/crew.h"

enum { EVENTS_MIN = 50 };

struct model_section {
    struct model_yaml {
        int horizon_days, min_events, step_days;
        double *ridge;
        char *mode;
        char **features;
        uint32_t features_count;
    } * model;
};

static const cyaml_schema_value_t feature_name = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 100)};

static const cyaml_schema_field_t model_fields[] = {
    CYAML_FIELD_INT("horizon_days", CYAML_FLAG_OPTIONAL, struct model_yaml, horizon_days),
    CYAML_FIELD_INT("step_days", CYAML_FLAG_OPTIONAL, struct model_yaml, step_days),
    CYAML_FIELD_INT("min_events", CYAML_FLAG_OPTIONAL, struct model_yaml, min_events),
    CYAML_FIELD_FLOAT_PTR("ridge", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct model_yaml,
                          ridge),
    CYAML_FIELD_STRING_PTR("mode", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct model_yaml,
                           mode, 1, 10),
    CYAML_FIELD_SEQUENCE("features", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct model_yaml,
                         features, &feature_name, 1, 1000),
    CYAML_FIELD_END};

static bool choose_features(struct arena *arena, const struct metric_set *metrics,
                            const struct model_yaml *c, struct train_config *out, GError **err)
{
    bool *chosen = arena_many(arena, metric_count(metrics) + 1, bool);
    for (uint32_t i = 0; i < c->features_count; i++) {
        int m = metric_index(metrics, c->features[i]);
        if (m < 0)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "kenko.yaml: model.features: there is no metric '%s' in metrics.yaml",
                           c->features[i]);
        chosen[m] = true;
    }
    out->chosen = c->features_count > 0 ? chosen : NULL;
    return true;
}

bool train_config_load(struct arena *arena, struct config *config, const struct metric_set *metrics,
                       struct train_config *out, GError **err)
{
    static const cyaml_schema_field_t field =
        CYAML_FIELD_MAPPING_PTR("model", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct model_section, model, model_fields);
    struct model_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    const struct model_yaml none = {0}, *c = section.model ? section.model : &none;
    struct hazard_options *h = &out->hazard;
    *h = (struct hazard_options){.horizon_days = c->horizon_days ? c->horizon_days : 30,
                                 .ridge = c->ridge ? *c->ridge : 1,
                                 .mode = ADDITIVE_COMPACT,
                                 .threads = crew_threads()};
    out->min_events = c->min_events ? c->min_events : EVENTS_MIN;
    out->step_days = c->step_days ? c->step_days : h->horizon_days;
    if (h->horizon_days < 7 || h->horizon_days > HAZARD_DAYS_MAX || h->ridge < 0 ||
        out->min_events < EVENTS_MIN || out->step_days < 1 || out->step_days > h->horizon_days)
        return config_refuse(config, err, "model",
                             "model wants horizon_days 7 to 366, step_days 1 to horizon_days, "
                             "ridge >= 0, min_events >= 50");
    if (c->mode && strcmp(c->mode, "compact") != 0 && strcmp(c->mode, "auto") != 0)
        return config_refuse(config, err, "model.mode", "model.mode is '%s', want compact or auto",
                             c->mode);
    h->mode = c->mode && strcmp(c->mode, "auto") == 0 ? ADDITIVE_AUTO : ADDITIVE_COMPACT;
    return choose_features(arena, metrics, c, out, err);
}
