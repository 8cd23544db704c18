/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/indicator.h"

#include <string.h>

#include "sql/scoring.h"

#define TEXT(key, member, flags)                                                                   \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), struct indicator_yaml, member, 1, 500)
#define LIMIT(key, member)                                                                         \
    CYAML_FIELD_FLOAT_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct indicator_yaml,    \
                          member)

struct indicator_yaml {
    char *name, *label, *label_ja, *kind, *metric;
    double *above, *at_least, *below, *at_most;
};

struct indicator_file {
    struct indicator_yaml *indicators;
    uint32_t indicators_count;
};

static const cyaml_schema_field_t fields[] = {TEXT("name", name, 0),
                                              TEXT("label", label, CYAML_FLAG_OPTIONAL),
                                              TEXT("label_ja", label_ja, CYAML_FLAG_OPTIONAL),
                                              TEXT("kind", kind, CYAML_FLAG_OPTIONAL),
                                              TEXT("metric", metric, 0),
                                              LIMIT("above", above),
                                              LIMIT("at_least", at_least),
                                              LIMIT("below", below),
                                              LIMIT("at_most", at_most),
                                              CYAML_FIELD_END};

static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct indicator_yaml, fields)};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE("indicators", CYAML_FLAG_POINTER, struct indicator_file, indicators,
                         &schema, 1, 1000),
    CYAML_FIELD_END};

static const cyaml_schema_value_t file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct indicator_file, file_fields)};

static bool fill(const struct indicator_yaml *c, const struct metric_set *metrics,
                 struct indicator *out, GError **err)
{
    out->name = c->name;
    out->label = c->label ? c->label : c->name;
    out->label_ja = c->label_ja ? c->label_ja : out->label;
    out->kind = c->kind ? c->kind : "risk";
    if (strcmp(out->kind, "risk") != 0 && strcmp(out->kind, "opportunity") != 0)
        return err_set(err, KENKO_ERROR_CONFIG, "kind is '%s', want risk or opportunity", c->kind);
    out->metric = metric_index(metrics, c->metric);
    if (out->metric < 0)
        return err_set(err, KENKO_ERROR_CONFIG, "there is no metric '%s' in metrics.yaml",
                       c->metric);
    if (!limit_of(c->above, c->at_least, c->below, c->at_most, &out->limit))
        return err_set(err, KENKO_ERROR_CONFIG, "want one of above, at_least, below, at_most");
    /* A flag that is raised by what is good for the customer is no risk. */
    const char *direction = metric_info(metrics, (size_t)out->metric)->direction;
    bool good = (strcmp(direction, "up") == 0 && out->limit.is_upper) ||
                (strcmp(direction, "down") == 0 && !out->limit.is_upper);
    return !good || strcmp(out->kind, "risk") != 0 ||
           err_set(err, KENKO_ERROR_CONFIG,
                   "it is a risk and set by what metric %s calls good (direction: %s): turn the "
                   "limit, or say kind: opportunity",
                   c->metric, direction);
}

bool indicator_load(struct arena *arena, struct config *config, const struct metric_set *metrics,
                    struct indicator_set *out, GError **err)
{
    void *data = NULL;
    *out = (struct indicator_set){0};
    if (!config_has_file(config, INDICATOR_FILE))
        return true;
    if (!config_file(config, INDICATOR_FILE, &file_schema, &data, NULL, err))
        return false;
    const struct indicator_file *file = data;
    out->indicator = arena_many(arena, file->indicators_count, struct indicator);
    for (uint32_t i = 0; i < file->indicators_count; i++) {
        const struct indicator_yaml *c = &file->indicators[i];
        bool twice = false;
        for (size_t k = 0; k < out->n; k++)
            twice = twice || strcmp(out->indicator[k].name, c->name) == 0;
        if (twice ? !err_set(err, KENKO_ERROR_CONFIG, "the name stands twice")
                  : !fill(c, metrics, &out->indicator[i], err)) {
            g_autofree char *place = config_place(config, INDICATOR_FILE, "indicators[%u]", i);
            return err_context(err, "%s: indicator %s", place, c->name);
        }
        out->n++;
    }
    return true;
}

bool indicator_is_set(const struct indicator *i, double value)
{
    return limit_is_beyond(&i->limit, value);
}

static bool on_before(void *context, const struct q_indicator_before_row *row, GError **err)
{
    (void)err;
    GHashTable *before = context;
    g_hash_table_add(before,
                     g_strdup_printf("%" G_GINT64_FORMAT " %s", row->account_id, row->indicator));
    return true;
}

static bool put(const struct indicator *i, const struct metric_frame *f, size_t a,
                GHashTable *before, struct db_copy *copy, GError **err)
{
    size_t at = (size_t)i->metric * f->n_accounts + a;
    bool is_known = f->quality[at] == METRIC_OK;
    struct q_indicator_copy_row row = {.account_id = f->account_id[a],
                                       .as_of = f->as_of,
                                       .indicator = i->name,
                                       .label = i->label,
                                       .label_ja = i->label_ja,
                                       .kind = i->kind,
                                       .is_known = is_known,
                                       .value = f->value[at],
                                       .value_is_null = !is_known};
    if (is_known)
        return !indicator_is_set(i, f->value[at]) || q_indicator_copy_put(copy, &row, err);
    g_autofree char *key = g_strdup_printf("%" G_GINT64_FORMAT " %s", f->account_id[a], i->name);
    return !g_hash_table_contains(before, key) || q_indicator_copy_put(copy, &row, err);
}

bool indicator_write(struct db *db, const struct indicator_set *set, const struct metric_frame *f,
                     GError **err)
{
    g_autoptr(GHashTable) before = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!q_indicator_remove(db, f->as_of, NULL, err))
        return false;
    if (set->n == 0)
        return true;
    if (!q_indicator_before(db, f->as_of, on_before, before, err))
        return false;
    struct db_copy *copy = q_indicator_copy_begin(db, err);
    for (size_t k = 0; copy && k < set->n; k++) {
        for (size_t a = 0; a < f->n_accounts; a++) {
            if (f->is_customer[a] && !put(&set->indicator[k], f, a, before, copy, err)) {
                db_copy_abort(copy);
                return false;
            }
        }
    }
    return copy && db_copy_end(copy, NULL, err);
}
