/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `usage` of metrics.yaml. */
#include "ingest/mapping_internal.h"

struct usage_file {
    struct usage_config {
        char *name, *unit, *combine, *by;
        uint32_t decimals;
    } * usage;
    uint32_t usage_count;
};

static const cyaml_schema_field_t usage_fields[] = {
    MAPPING_TEXT("name", struct usage_config, name),
    MAPPING_OPTIONAL("unit", struct usage_config, unit),
    MAPPING_OPTIONAL("combine", struct usage_config, combine),
    MAPPING_OPTIONAL("by", struct usage_config, by),
    CYAML_FIELD_UINT("decimals", CYAML_FLAG_OPTIONAL, struct usage_config, decimals),
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

bool mapping_load_usage(struct arena *arena, struct config *config, struct mapping_set *out,
                        GError **err)
{
    static const char *const rules[] = {"sum", "max", "min", "latest", NULL};
    void *data = NULL;
    if (!config_file(config, "metrics.yaml", &usage_file_schema, &data, NULL, err))
        return false;
    const struct usage_file *file = data;
    out->n_usage = file->usage_count;
    out->usage = arena_many(arena, out->n_usage + 1, struct mapping_usage);
    for (size_t i = 0; i < out->n_usage; i++) {
        int combine;
        if (!mapping_choose(file->usage[i].combine, rules, "combine", &combine, err))
            return err_context(err, "metrics.yaml: usage %s", file->usage[i].name);
        if (file->usage[i].decimals > 9)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "metrics.yaml: usage %s: decimals is %u, want 0 to 9",
                           file->usage[i].name, file->usage[i].decimals);
        out->usage[i] = (struct mapping_usage){
            file->usage[i].name, file->usage[i].unit ? file->usage[i].unit : (char *)(uintptr_t) "",
            file->usage[i].by ? file->usage[i].by : (char *)(uintptr_t) "",
            (enum mapping_combine)combine, (int)file->usage[i].decimals};
    }
    return true;
}
