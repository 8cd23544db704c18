/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `sources` of kenko.yaml. */
#include "ingest/instant.h"
#include "ingest/mapping_internal.h"
#include "ingest/raw_config.h"

/* clang-format off */
#define FIELD_NAMES(X) \
    X(party) X(at) X(subject) X(changed_at) X(deleted) X(external_id) X(name) X(domain) \
    X(owner_email) X(plan) X(segment) X(industry) X(region) X(parent_id) X(created_on) \
    X(product) X(start_on) X(end_on) X(cancelled_on) X(arr) X(currency) X(billing_months) \
    X(auto_renew) X(quantity) X(churn_reason) X(competitor) X(email) X(role) X(left_on) \
    X(definition) X(connector) X(executor) X(status) X(created_at) X(started_at) \
    X(finished_at) X(row_count) X(byte_count) X(skipped_count) X(title) X(severity) X(cause) \
    X(component) X(resolved_at) X(occurred_at) X(minutes) X(opened_at) X(first_reply_at) \
    X(solved_at) X(reopened) X(kind) X(note) X(answered_at) X(value) X(contact_id) X(comment) \
    X(author_email) X(reason) X(set_at) X(expires_on) X(reached_at) X(day) X(rate)
/* clang-format on */

/* Keys that a kind of source adds for itself; source.c says which kind takes which. */
/* clang-format off */
#define SOURCE_OPTIONS(X) X(dsn) X(bad_records) X(max_message_kib) X(key) X(keep_days) X(allow_private)
#define STREAM_OPTIONS(X) \
    X(path) X(from) X(namespace) X(encoding) X(separator) X(header) X(table) X(cursor) X(key) \
    X(mode) X(deletes) X(reconcile_every) X(allow_empty)
/* clang-format on */

struct field_map {
#define X(name) char *name;
    FIELD_NAMES(X)
#undef X
};

static const struct {
    const char *name;
    size_t offset;
} field_names[] = {
#define X(name) {#name, offsetof(struct field_map, name)},
    FIELD_NAMES(X)
#undef X
};

static const cyaml_schema_field_t field_map_fields[] = {
#define X(name) MAPPING_OPTIONAL(#name, struct field_map, name),
    FIELD_NAMES(X)
#undef X
        CYAML_FIELD_END};

struct test_config {
    char *name, *field, *equals, *prefix, *suffix;
    bool empty;
};

struct value_config {
    char *metric, *field, *at, *subject;
    struct test_config *when;
};

struct stream_options {
#define X(name) char *name;
    STREAM_OPTIONS(X)
#undef X
};

struct source_options {
#define X(name) char *name;
    SOURCE_OPTIONS(X)
#undef X
};

struct contract_config {
    char *max_rejects, *new_columns;
    double *max_reject_share;
};

struct stream_config {
    struct stream_options options;
    struct contract_config *contract;
    char *stream, *on_change, *format, *time_zone, *earliest, *latest, *party_source, *id;
    char *dates;
    bool keep;
    uint32_t max_line_kib;
    const char **columns, **kinds;
    uint32_t columns_count, kinds_count;
    struct field_map *fields, *constants, *transform;
    struct value_config *values;
    uint32_t values_count;
    struct test_config *ignore;
    uint32_t ignore_count;
};

struct source_config {
    struct source_options options;
    char *name, *type;
    const char **keys;
    uint32_t keys_count;
    struct stream_config *streams;
    uint32_t streams_count;
    struct raw_rule *raw;
    uint32_t raw_count;
};

struct sources_section {
    struct source_config *sources;
    uint32_t sources_count;
};

static const cyaml_schema_field_t test_fields[] = {
    MAPPING_OPTIONAL("name", struct test_config, name),
    MAPPING_TEXT("field", struct test_config, field),
    MAPPING_OPTIONAL("equals", struct test_config, equals),
    MAPPING_OPTIONAL("prefix", struct test_config, prefix),
    MAPPING_OPTIONAL("suffix", struct test_config, suffix),
    CYAML_FIELD_BOOL("empty", CYAML_FLAG_OPTIONAL, struct test_config, empty),
    CYAML_FIELD_END};

static const cyaml_schema_value_t test_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct test_config, test_fields)};

static const cyaml_schema_field_t value_fields[] = {
    MAPPING_TEXT("metric", struct value_config, metric),
    MAPPING_OPTIONAL("field", struct value_config, field),
    MAPPING_OPTIONAL("at", struct value_config, at),
    MAPPING_OPTIONAL("subject", struct value_config, subject),
    CYAML_FIELD_MAPPING_PTR("when", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct value_config,
                            when, test_fields),
    CYAML_FIELD_END};

static const cyaml_schema_value_t value_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct value_config, value_fields)};

static const cyaml_schema_value_t column_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 1024)};

#define FIELD_MAP(key)                                                                             \
    CYAML_FIELD_MAPPING_PTR(#key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct stream_config,  \
                            key, field_map_fields)

static const cyaml_schema_field_t contract_fields[] = {
    MAPPING_OPTIONAL("max_rejects", struct contract_config, max_rejects),
    MAPPING_OPTIONAL("new_columns", struct contract_config, new_columns),
    CYAML_FIELD_FLOAT_PTR("max_reject_share", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                          struct contract_config, max_reject_share),
    CYAML_FIELD_END};

static const cyaml_schema_field_t stream_fields[] = {
    MAPPING_TEXT("stream", struct stream_config, stream),
#define X(name) MAPPING_OPTION(#name, struct stream_config, options.name),
    STREAM_OPTIONS(X)
#undef X
        MAPPING_OPTIONAL("on_change", struct stream_config, on_change),
    MAPPING_OPTIONAL("format", struct stream_config, format),
    MAPPING_OPTIONAL("time_zone", struct stream_config, time_zone),
    MAPPING_OPTIONAL("dates", struct stream_config, dates),
    MAPPING_OPTIONAL("earliest", struct stream_config, earliest),
    MAPPING_OPTIONAL("latest", struct stream_config, latest),
    MAPPING_OPTIONAL("party_source", struct stream_config, party_source),
    MAPPING_OPTIONAL("id", struct stream_config, id),
    CYAML_FIELD_BOOL("keep", CYAML_FLAG_OPTIONAL, struct stream_config, keep),
    CYAML_FIELD_UINT("max_line_kib", CYAML_FLAG_OPTIONAL, struct stream_config, max_line_kib),
    CYAML_FIELD_SEQUENCE("columns", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct stream_config,
                         columns, &column_schema, 1, MAPPING_COLUMNS_MAX),
    CYAML_FIELD_SEQUENCE("kinds", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct stream_config,
                         kinds, &column_schema, 1, 100),
    CYAML_FIELD_MAPPING_PTR("contract", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct stream_config, contract, contract_fields),
    FIELD_MAP(fields),
    FIELD_MAP(constants),
    FIELD_MAP(transform),
    CYAML_FIELD_SEQUENCE("values", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct stream_config,
                         values, &value_schema, 0, STREAM_VALUES_MAX),
    CYAML_FIELD_SEQUENCE("ignore", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct stream_config,
                         ignore, &test_schema, 0, MAPPING_RULES_MAX),
    CYAML_FIELD_END};

static const cyaml_schema_value_t stream_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct stream_config, stream_fields)};

static const cyaml_schema_field_t source_fields[] = {
    MAPPING_TEXT("name", struct source_config, name),
    MAPPING_OPTIONAL("type", struct source_config, type),
#define X(name) MAPPING_OPTION(#name, struct source_config, options.name),
    SOURCE_OPTIONS(X)
#undef X
        CYAML_FIELD_SEQUENCE("keys", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct source_config,
                             keys, &column_schema, 1, 100),
    CYAML_FIELD_SEQUENCE("streams", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct source_config,
                         streams, &stream_schema, 0, 200),
    CYAML_FIELD_SEQUENCE("raw", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct source_config, raw,
                         &raw_config_schema, 0, RAW_RULES_MAX),
    CYAML_FIELD_END};

static const cyaml_schema_value_t source_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct source_config, source_fields)};

static const char *map_get(const struct field_map *map, const char *name)
{
    for (size_t i = 0; map && i < G_N_ELEMENTS(field_names); i++) {
        if (strcmp(field_names[i].name, name) == 0)
            return *(char *const *)((const char *)map + field_names[i].offset);
    }
    return NULL;
}

/* Every key of the map must be a field of the stream. */
static bool check_keys(const struct stream *stream, const struct field_map *map, GError **err)
{
    for (size_t i = 0; map && i < G_N_ELEMENTS(field_names); i++) {
        const char *name = field_names[i].name;
        if (map_get(map, name) && stream_field_index(stream, name) < 0)
            return err_set(err, KENKO_ERROR_CONFIG, "the stream %s has no field '%s'", stream->name,
                           name);
    }
    return true;
}

static bool load_fields(const struct stream_config *c, struct mapping *m, GError **err)
{
    static const char *const transforms[] = {"none",        "lower",   "trim", "registrable_domain",
                                             "mail_domain", "monthly", NULL};
    if (!check_keys(m->stream, c->fields, err) || !check_keys(m->stream, c->constants, err) ||
        !check_keys(m->stream, c->transform, err))
        return false;
    for (size_t f = 0; f < STREAM_FIELDS_MAX && m->stream->field[f].name; f++) {
        const char *name = m->stream->field[f].name;
        int transform;
        m->field[f] = map_get(c->fields, name);
        m->constant[f] = map_get(c->constants, name);
        if (!mapping_choose(map_get(c->transform, name), transforms, "transform", &transform, err))
            return false;
        m->transform[f] = (enum mapping_transform)transform;
        if (transform == TRANSFORM_MONTHLY && m->stream->field[f].type != STREAM_MONEY)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "transform.%s is monthly, which is for amounts of money", name);
        if (m->stream->field[f].required && !m->field[f] && !m->constant[f])
            return err_set(err, KENKO_ERROR_CONFIG, "the stream %s needs the field '%s' mapped",
                           m->stream->name, name);
    }
    return true;
}

static bool load_test(const struct test_config *c, struct mapping_test *out, GError **err)
{
    *out = (struct mapping_test){c->field, c->equals, c->prefix, c->suffix, c->empty};
    if (!!c->equals + !!c->prefix + !!c->suffix + c->empty != 1)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "a test on '%s' wants exactly one of equals, prefix, suffix, empty: true",
                       c->field);
    return true;
}

/* Records of usage have one time and one subject; of records that change each value says. */
static bool load_place(const struct value_config *c, const struct mapping *m,
                       struct mapping_value *value, GError **err)
{
    if (!m->stream->is_usage)
        return mapping_load_tally(m, c->at, c->subject, value, err);
    value->at = value->subject = NOT_MAPPED;
    return (!c->at && !c->subject) ||
           err_set(err, KENKO_ERROR_CONFIG,
                   "at and subject of %s stand among the fields of the stream, not in its values",
                   m->stream->name);
}

/* The names of a stream's subjects are of one kind. */
static bool check_by(const struct mapping *m, const struct mapping_value *value, GError **err)
{
    const struct mapping_usage *usage = &m->usage[value->usage];
    for (const struct mapping_value *other = m->value; other < value; other++) {
        const struct mapping_usage *before = &m->usage[other->usage];
        if (*usage->by && *before->by && strcmp(usage->by, before->by) != 0)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "%s is by %s and %s by %s, but a stream has subjects of one kind",
                           before->name, before->by, usage->name, usage->by);
    }
    return true;
}

static bool load_values(const struct stream_config *c, const struct mapping_set *set,
                        struct mapping *m, GError **err)
{
    if (c->keep && !m->stream->is_usage)
        return err_set(
            err, KENKO_ERROR_CONFIG,
            "keep belongs to usage_event and usage_metric: other records are kept anyway");
    m->keeps = c->keep;
    if (c->values_count == 0 && m->stream->is_usage)
        return err_set(err, KENKO_ERROR_CONFIG, "the stream %s needs values", m->stream->name);
    for (size_t i = 0; i < c->values_count; i++) {
        struct mapping_value *value = &m->value[m->n_values++];
        value->usage = -1;
        for (size_t u = 0; u < set->n_usage; u++) {
            if (strcmp(set->usage[u].name, c->values[i].metric) == 0)
                value->usage = (int)u;
        }
        if (value->usage < 0)
            return err_set(err, KENKO_ERROR_CONFIG, "metrics.yaml has no usage '%s'",
                           c->values[i].metric);
        value->field = c->values[i].field;
        if (!load_place(&c->values[i], m, value, err) || !check_by(m, value, err))
            return false;
        if (c->values[i].when && !load_test(c->values[i].when, &value->when[value->n_when++], err))
            return false;
    }
    for (size_t i = 0; i < c->ignore_count; i++) {
        struct mapping_rule *rule = &m->rule[m->n_rules++];
        rule->name = c->ignore[i].name;
        if (!rule->name)
            return err_set(err, KENKO_ERROR_CONFIG, "an ignore rule wants a name");
        if (!load_test(&c->ignore[i], &rule->test, err))
            return false;
    }
    return true;
}

static bool load_limits(struct arena *arena, struct config *config, const struct stream_config *c,
                        struct mapping *m, const struct zone *zone, GError **err)
{
    m->max_line = (c->max_line_kib ? c->max_line_kib : 1024) * (size_t)1024;
    m->zone = zone;
    if (c->time_zone && strcmp(c->time_zone, zone_name(zone)) != 0 &&
        !(m->zone = config_zone(config, c->time_zone, err)))
        return false;
    if (c->dates && !(m->dates = instant_format_compile(arena, c->dates, err)))
        return false;
    /* Without bounds of its own a mapping has these: a clock that is wrong makes months otherwise.
     */
    m->has_earliest = m->has_latest = true;
    return day_parse(c->earliest ? slice_of(c->earliest) : SLICE("1990-01-01"), &m->earliest,
                     err) &&
           day_parse(c->latest ? slice_of(c->latest) : SLICE("2100-01-01"), &m->latest, err);
}

static bool load_contract(const struct contract_config *c, struct mapping_contract *out,
                          GError **err)
{
    static const char *const columns[] = {"allow", "stop", NULL};
    int stop = 0;
    *out = (struct mapping_contract){-1, 1, false};
    if (!c)
        return true;
    if (!mapping_choose(c->new_columns, columns, "contract.new_columns", &stop, err))
        return false;
    out->stop_on_new = stop;
    if (c->max_rejects &&
        !g_ascii_string_to_signed(c->max_rejects, 10, 0, INT64_MAX, &out->max_rejects, NULL))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "contract.max_rejects is '%s', want a whole number of 0 or more",
                       c->max_rejects);
    if (c->max_reject_share)
        out->max_reject_share = *c->max_reject_share;
    return (out->max_reject_share >= 0 && out->max_reject_share <= 1) ||
           err_set(err, KENKO_ERROR_CONFIG, "contract.max_reject_share is %g, want 0 to 1",
                   out->max_reject_share);
}

static struct mapping *load_mapping(struct arena *arena, const struct source_config *source,
                                    const struct stream_config *c, const struct mapping_set *set,
                                    struct config *config, const struct zone *zone, GError **err)
{
    static const char *const changes[] = {"reject", "replace", "append", NULL};
    static const char *const formats[] = {"auto", "csv", "tsv", "ndjson", NULL};
    struct mapping *m = arena_one(arena, struct mapping);
    int kind = stream_by_name(slice_of(c->stream)), on_change, format;
    if (kind < 0) {
        err_set(err, KENKO_ERROR_CONFIG, "unknown stream '%s'", c->stream);
        return NULL;
    }
    m->kind = (enum stream_kind)kind;
    m->stream = stream_get(m->kind);
    m->source = source->name;
    m->options = &c->options;
    m->kinds = (struct mapping_list){c->kinds_count, c->kinds};
    m->party_source = c->party_source ? c->party_source : source->name;
    m->currency = config_currency(config);
    m->id = c->id;
    m->usage = set->usage;
    if (!mapping_choose(c->on_change, changes, "on_change", &on_change, err) ||
        !mapping_choose(c->format, formats, "format", &format, err) ||
        !mapping_load_text(m, c->columns, c->columns_count, err) ||
        !load_contract(c->contract, &m->contract, err) ||
        !load_limits(arena, config, c, m, zone, err) || !load_fields(c, m, err) ||
        !load_values(c, set, m, err))
        return NULL;
    m->on_change = (enum mapping_on_change)on_change;
    m->format = (enum mapping_format)format;
    return m;
}

static bool load_sources(struct arena *arena, struct config *config, const struct zone *zone,
                         struct mapping_set *out, GError **err)
{
    static const cyaml_schema_field_t field =
        CYAML_FIELD_SEQUENCE("sources", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                             struct sources_section, sources, &source_schema, 0, 200);
    struct sources_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    out->n_sources = section.sources_count;
    out->source = arena_many(arena, out->n_sources + 1, struct mapping_source);
    for (size_t i = 0; i < out->n_sources; i++) {
        const struct source_config *c = &section.sources[i];
        out->source[i] = (struct mapping_source){
            c->name,          c->type ? c->type : "file",
            c->streams_count, arena_many(arena, c->streams_count, struct mapping *),
            &c->options,      c->raw_count,
            c->raw,           {c->keys_count, c->keys}};
        for (size_t j = 0; j < c->streams_count; j++) {
            out->source[i].mapping[j] =
                load_mapping(arena, c, &c->streams[j], out, config, zone, err);
            if (!out->source[i].mapping[j]) {
                g_autofree char *place =
                    config_place(config, "kenko.yaml", "sources[%zu].streams[%zu]", i, j);
                return err_context(err, "%s: source %s, stream %zu (%s)", place, c->name, j + 1,
                                   c->streams[j].stream);
            }
        }
    }
    return true;
}

const char *const *mapping_source_options(void)
{
#define X(name) #name,
    static const char *const names[] = {SOURCE_OPTIONS(X) "keys", NULL};
#undef X
    return names;
}

const char *const *mapping_options(void)
{
#define X(name) #name,
    static const char *const names[] = {STREAM_OPTIONS(X) "kinds", NULL};
#undef X
    return names;
}

struct mapping_list mapping_kinds(const struct mapping *mapping)
{
    return mapping->kinds;
}

/* The structs of options hold one pointer per name, in the order of the names. */
static const char *option_at(const char *const *names, const void *options, const char *name)
{
    for (size_t i = 0; names[i]; i++) {
        if (strcmp(names[i], name) == 0)
            return ((const char *const *)options)[i];
    }
    BUG("no kind of source has an option %s", name);
}

const char *mapping_source_option(const struct mapping_source *source, const char *name)
{
    if (strcmp(name, "keys") == 0)
        return source->keys.n > 0 ? source->keys.item[0] : NULL;
    return option_at(mapping_source_options(), source->options, name);
}

const char *mapping_option(const struct mapping *mapping, const char *name)
{
    if (strcmp(name, "kinds") == 0)
        return mapping->kinds.n > 0 ? mapping->kinds.item[0] : NULL;
    return option_at(mapping_options(), mapping->options, name);
}

bool mapping_load(struct arena *arena, struct config *config, const struct zone *zone,
                  struct mapping_set *out, GError **err)
{
    *out = (struct mapping_set){0};
    return mapping_load_usage(arena, config, out, err) &&
           load_sources(arena, config, zone, out, err) &&
           mapping_load_aliases(arena, config, out, err);
}
