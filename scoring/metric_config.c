/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.yaml's `metrics` and kenko.yaml's `churn`. */
#include <math.h>
#include <string.h>

#include "scoring/metric_internal.h"

#define TEXT(key, type, member)                                                                    \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 1, 500)
#define OPTIONAL_TEXT(key, type, member)                                                           \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 0, 500)
#define OPTIONAL_INT(key, type, member) CYAML_FIELD_INT(key, CYAML_FLAG_OPTIONAL, type, member)

static const char *const kind_names[KIND_COUNT + 1] = {"sum",
                                                       "mean",
                                                       "max",
                                                       "min",
                                                       "last",
                                                       "active_days",
                                                       "days_since",
                                                       "ratio",
                                                       "change",
                                                       "self_baseline",
                                                       "distinct_subjects",
                                                       "top_subject_share",
                                                       "tenure_days",
                                                       "arr",
                                                       "days_to_renewal",
                                                       "tickets",
                                                       "open_tickets",
                                                       "incidents",
                                                       "incident_minutes",
                                                       "nps",
                                                       "csat",
                                                       "sentiment",
                                                       "touch_days",
                                                       "milestones",
                                                       NULL};

struct metric_config {
    char *name, *label, *unit, *direction, *sentence, *kind, *usage, *good, *total;
    int days, baseline_days, stale_days;
};

struct metrics_file {
    struct metric_config *metrics;
    uint32_t metrics_count;
};

static const cyaml_schema_field_t metric_fields[] = {
    TEXT("name", struct metric_config, name),
    OPTIONAL_TEXT("label", struct metric_config, label),
    OPTIONAL_TEXT("unit", struct metric_config, unit),
    OPTIONAL_TEXT("direction", struct metric_config, direction),
    OPTIONAL_TEXT("sentence", struct metric_config, sentence),
    TEXT("kind", struct metric_config, kind),
    OPTIONAL_TEXT("usage", struct metric_config, usage),
    OPTIONAL_TEXT("good", struct metric_config, good),
    OPTIONAL_TEXT("total", struct metric_config, total),
    OPTIONAL_INT("days", struct metric_config, days),
    OPTIONAL_INT("baseline_days", struct metric_config, baseline_days),
    OPTIONAL_INT("stale_days", struct metric_config, stale_days),
    CYAML_FIELD_END};

static const cyaml_schema_value_t metric_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct metric_config, metric_fields)};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE("metrics", CYAML_FLAG_POINTER, struct metrics_file, metrics,
                         &metric_schema, 1, 1000),
    CYAML_FIELD_IGNORE("usage", CYAML_FLAG_OPTIONAL), CYAML_FIELD_END};

static const cyaml_schema_value_t file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct metrics_file, file_fields)};

struct churn_config {
    char *definition, *metric;
    int gap_days, inactive_days;
    double *contraction_share;
};

struct churn_section {
    struct churn_config *churn;
};

static const cyaml_schema_field_t churn_fields[] = {
    OPTIONAL_TEXT("definition", struct churn_config, definition),
    OPTIONAL_TEXT("metric", struct churn_config, metric),
    OPTIONAL_INT("gap_days", struct churn_config, gap_days),
    OPTIONAL_INT("inactive_days", struct churn_config, inactive_days),
    CYAML_FIELD_FLOAT_PTR("contraction_share", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                          struct churn_config, contraction_share),
    CYAML_FIELD_END};

static int usage_index(struct metric_set *set, const char *name)
{
    if (!name)
        return -1;
    for (size_t i = 0; i < set->n_usage; i++) {
        if (strcmp(set->usage[i], name) == 0)
            return (int)i;
    }
    set->usage[set->n_usage] = name;
    return (int)set->n_usage++;
}

static bool is_usage_kind(enum metric_kind kind)
{
    return kind <= KIND_TOP_SUBJECT_SHARE;
}

static bool fill(struct metric_set *set, const struct metric_config *c, struct metric *m,
                 GError **err)
{
    int kind = 0;
    while (kind_names[kind] && strcmp(kind_names[kind], c->kind) != 0)
        kind++;
    if (kind == KIND_COUNT) {
        g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)kind_names);
        return err_set(err, KENKO_ERROR_CONFIG, "kind is '%s', want one of %s", c->kind, list);
    }
    m->kind = (enum metric_kind)kind;
    m->info =
        (struct metric_info){c->name, c->label ? c->label : c->name, c->unit ? c->unit : "",
                             c->sentence ? c->sentence : "", c->direction ? c->direction : "none"};
    if (strcmp(m->info.direction, "up") != 0 && strcmp(m->info.direction, "down") != 0 &&
        strcmp(m->info.direction, "none") != 0)
        return err_set(err, KENKO_ERROR_CONFIG, "direction is '%s', want up, down or none",
                       m->info.direction);
    bool ratio = m->kind == KIND_RATIO;
    if (ratio ? !c->good || !c->total : is_usage_kind(m->kind) && !c->usage)
        return err_set(err, KENKO_ERROR_CONFIG,
                       ratio ? "a ratio wants good and total" : "want usage");
    if (c->days < 0 || c->days > 3660 || c->baseline_days < 0 || c->baseline_days > 3660)
        return err_set(err, KENKO_ERROR_CONFIG, "days is %d, want 1 to 3660", c->days);
    m->usage = usage_index(set, c->usage);
    m->good = usage_index(set, c->good);
    m->total = usage_index(set, c->total);
    m->days = c->days ? c->days : 28;
    m->baseline_days = c->baseline_days ? c->baseline_days : 84;
    m->stale_days = c->stale_days;
    if (m->kind == KIND_DISTINCT_SUBJECTS || m->kind == KIND_TOP_SUBJECT_SHARE)
        set->by_subject[m->usage] = true;
    return true;
}

/* In the order of enum churn_definition. */
static const char *const churn_names[] = {"contract_end", "downgrade", "contraction", "inactivity",
                                          NULL};

static bool choose_churn(struct metric_set *set, const struct churn_config *c,
                         struct config *config, GError **err)
{
    const char *name = c->definition ? c->definition : churn_names[0];
    double share = c->contraction_share ? *c->contraction_share : 0.5;
    if (!g_strv_contains(churn_names, name))
        return config_refuse(config, err, "churn.definition",
                             "churn.definition is '%s', want contract_end, downgrade, contraction "
                             "or inactivity",
                             name);
    while (strcmp(churn_names[set->churn], name) != 0)
        set->churn++;
    if (!(share > 0 && share <= 1))
        return config_refuse(config, err, "churn.contraction_share",
                             "churn.contraction_share is %g, want more than 0 and at most 1",
                             share);
    set->contraction_bp = (int)lround(share * 10000);
    return true;
}

static bool load_churn(struct metric_set *set, struct config *config, GError **err)
{
    static const cyaml_schema_field_t field =
        CYAML_FIELD_MAPPING_PTR("churn", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct churn_section, churn, churn_fields);
    struct churn_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    const struct churn_config none = {0}, *c = section.churn ? section.churn : &none;
    set->gap_days = c->gap_days ? c->gap_days : 7;
    set->inactive_days = c->inactive_days ? c->inactive_days : 90;
    set->churn_usage = -1;
    if (!choose_churn(set, c, config, err))
        return false;
    if (set->churn != CHURN_INACTIVITY)
        return true;
    if (!c->metric)
        return config_refuse(config, err, "churn",
                             "churn by inactivity wants the usage metric as churn.metric");
    set->churn_usage = usage_index(set, c->metric);
    return true;
}

struct metric_set *metric_set_load(struct arena *arena, struct config *config, GError **err)
{
    struct metric_set *set = arena_one(arena, struct metric_set);
    void *data = NULL;
    if (!config_file(config, "metrics.yaml", &file_schema, &data, &set->text, err))
        return NULL;
    const struct metrics_file *file = data;
    set->n_metrics = file->metrics_count;
    set->currency = config_currency(config);
    set->metric = arena_many(arena, set->n_metrics, struct metric);
    set->usage = arena_many(arena, set->n_metrics * 3 + 2, const char *);
    set->by_subject = arena_many(arena, set->n_metrics * 3 + 2, bool);
    for (size_t i = 0; i < set->n_metrics; i++) {
        const char *name = file->metrics[i].name;
        bool ok = metric_index(set, name) < 0
                      ? fill(set, &file->metrics[i], &set->metric[i], err)
                      : err_set(err, KENKO_ERROR_CONFIG, "the name stands twice");
        if (!ok) {
            g_autofree char *place = config_place(config, "metrics.yaml", "metrics[%zu]", i);
            err_context(err, "%s: metric %s", place, name);
            return NULL;
        }
    }
    return load_churn(set, config, err) ? set : NULL;
}

const char *metric_churn_name(const struct metric_set *set)
{
    return churn_names[set->churn];
}

size_t metric_count(const struct metric_set *set)
{
    return set->n_metrics;
}

const struct metric_info *metric_info(const struct metric_set *set, size_t index)
{
    return &set->metric[index].info;
}

int metric_index(const struct metric_set *set, const char *name)
{
    for (size_t i = 0; i < set->n_metrics; i++) {
        if (set->metric[i].info.name && strcmp(set->metric[i].info.name, name) == 0)
            return (int)i;
    }
    return -1;
}

const char *metric_text(const struct metric_set *set)
{
    return set->text;
}

size_t metric_usage_count(const struct metric_set *set)
{
    return set->n_usage;
}

const char *metric_usage_name(const struct metric_set *set, size_t index)
{
    return set->usage[index];
}

char *metric_definition(struct arena *arena, const struct metric_set *set, size_t index)
{
    const struct metric *m = &set->metric[index];
    g_autoptr(GString) text = g_string_new(kind_names[m->kind]);
    const struct {
        const char *role;
        int usage;
    } reads[] = {{"usage", m->usage}, {"good", m->good}, {"total", m->total}};
    for (size_t i = 0; i < G_N_ELEMENTS(reads); i++) {
        if (reads[i].usage >= 0)
            g_string_append_printf(text, " %s=%s", reads[i].role, set->usage[reads[i].usage]);
    }
    g_string_append_printf(text, " days=%d", m->days);
    if (m->kind == KIND_SELF_BASELINE)
        g_string_append_printf(text, " baseline_days=%d", m->baseline_days);
    return arena_strdup(arena, text->str);
}
