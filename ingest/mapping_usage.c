/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `usage` of metrics.yaml. */
#include "ingest/mapping_internal.h"
#include "ingest/number.h"

struct usage_file {
    struct usage_config {
        char *name, *unit, *combine, *by, *min, *max;
        uint32_t decimals;
        struct quality_config {
            double parties, total;
        } * quality;
    } * usage;
    uint32_t usage_count;
};

static const cyaml_schema_field_t quality_fields[] = {
    CYAML_FIELD_FLOAT("parties", CYAML_FLAG_OPTIONAL, struct quality_config, parties),
    CYAML_FIELD_FLOAT("total", CYAML_FLAG_OPTIONAL, struct quality_config, total), CYAML_FIELD_END};

static const cyaml_schema_field_t usage_fields[] = {
    MAPPING_TEXT("name", struct usage_config, name),
    MAPPING_OPTIONAL("unit", struct usage_config, unit),
    MAPPING_OPTIONAL("combine", struct usage_config, combine),
    MAPPING_OPTIONAL("by", struct usage_config, by),
    CYAML_FIELD_UINT("decimals", CYAML_FLAG_OPTIONAL, struct usage_config, decimals),
    MAPPING_OPTIONAL("min", struct usage_config, min),
    MAPPING_OPTIONAL("max", struct usage_config, max),
    CYAML_FIELD_MAPPING_PTR("quality", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct usage_config, quality, quality_fields),
    CYAML_FIELD_END};

static const cyaml_schema_value_t usage_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct usage_config, usage_fields)};

static const cyaml_schema_field_t usage_file_fields[] = {
    CYAML_FIELD_SEQUENCE("usage", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct usage_file,
                         usage, &usage_schema, 0, 1000),
    CYAML_FIELD_IGNORE("metrics", CYAML_FLAG_OPTIONAL), CYAML_FIELD_END};

static const cyaml_schema_value_t usage_file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct usage_file, usage_file_fields)};

bool mapping_choose(const char *word, const char *const *names, const char *what, int *out,
                    GError **err)
{
    *out = 0;
    for (int i = 0; word && names[i]; i++) {
        if (strcmp(word, names[i]) == 0) {
            *out = i;
            return true;
        }
    }
    if (!word)
        return true;
    g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)names);
    return err_set(err, KENKO_ERROR_CONFIG, "%s is '%s', want one of %s", what, word, list);
}

static bool load_limit(const char *text, int decimals, const char *what, int64_t *out, GError **err)
{
    if (!text || number_parse(slice_of(text), decimals, out) == NUMBER_OK)
        return true;
    return err_set(err, KENKO_ERROR_CONFIG, "%s is '%s', want a number with at most %d decimals",
                   what, text, decimals);
}

static bool load_quality(const struct quality_config *c, struct mapping_usage *usage, GError **err)
{
    if (!c)
        return true;
    if (c->parties < 0 || c->parties > 1)
        return err_set(err, KENKO_ERROR_CONFIG, "quality.parties is %g, want a share of 0 to 1",
                       c->parties);
    if (c->total != 0 && (!(c->total > 1) || usage->combine != COMBINE_SUM))
        return err_set(
            err, KENKO_ERROR_CONFIG,
            "quality.total is %g, want a factor above 1 on a metric that combines by sum",
            c->total);
    usage->min_parties = c->parties;
    usage->max_total = c->total;
    return true;
}

static bool load_one(struct arena *arena, const struct usage_config *c, struct mapping_usage *usage,
                     GError **err)
{
    static const char *const rules[] = {"sum", "max", "min", "latest", NULL};
    int combine;
    if (!mapping_choose(c->combine, rules, "combine", &combine, err))
        return false;
    if (c->decimals > 9)
        return err_set(err, KENKO_ERROR_CONFIG, "decimals is %u, want 0 to 9", c->decimals);
    *usage = (struct mapping_usage){.name = c->name,
                                    .unit = c->unit ? c->unit : (char *)(uintptr_t) "",
                                    .by = c->by ? c->by : (char *)(uintptr_t) "",
                                    .combine = (enum mapping_combine)combine,
                                    .decimals = (int)c->decimals,
                                    .min = INT64_MIN,
                                    .max = INT64_MAX};
    if (!load_limit(c->min, usage->decimals, "min", &usage->min, err) ||
        !load_limit(c->max, usage->decimals, "max", &usage->max, err))
        return false;
    if (usage->min > usage->max)
        return err_set(err, KENKO_ERROR_CONFIG, "min is %s, above max, which is %s", c->min,
                       c->max);
    usage->promise = c->min && c->max ? arena_printf(arena, "%s to %s", c->min, c->max)
                     : c->min         ? arena_printf(arena, "%s or more", c->min)
                     : c->max         ? arena_printf(arena, "%s or less", c->max)
                                      : "any number";
    return load_quality(c->quality, usage, err);
}

bool mapping_load_usage(struct arena *arena, struct config *config, struct mapping_set *out,
                        GError **err)
{
    void *data = NULL;
    if (!config_file(config, "metrics.yaml", &usage_file_schema, &data, NULL, err))
        return false;
    const struct usage_file *file = data;
    out->n_usage = file->usage_count;
    out->usage = arena_many(arena, out->n_usage + 1, struct mapping_usage);
    for (size_t i = 0; i < out->n_usage; i++) {
        if (!load_one(arena, &file->usage[i], &out->usage[i], err)) {
            g_autofree char *place = config_place(config, "metrics.yaml", "usage[%zu]", i);
            return err_context(err, "%s: usage %s", place, file->usage[i].name);
        }
    }
    return true;
}
