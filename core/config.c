/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/config.h"

#include <string.h>

#include "core/text.h"
#include "core/zone.h"

/* Every top-level key of kenko.yaml; a section's owner names its own, the rest is skipped there. */
static const char *const top_keys[] = {
    "organisation", "time_zone", "currency", "language", "warehouse", "churn",     "model", "score",
    "identity",     "sources",   "reports",  "api",      "schedule",  "retention", NULL};
enum { TOP_KEYS = 14, FILE_MAX = 4 << 20, KNOWN_FLOOR_DAYS = 400 };

struct warehouse {
    char *dsn;
    int *known_floor_days;
};

struct core_section {
    char *organisation, *time_zone, *currency, *language;
    struct warehouse *warehouse;
};

struct loaded {
    const cyaml_schema_value_t *schema;
    void *data;
};

struct config {
    struct arena *arena;
    char *directory, *text, *dsn;
    struct core_section core;
    GArray *loaded;
    GPtrArray *zones;
};

static const cyaml_schema_field_t warehouse_fields[] = {
    CYAML_FIELD_STRING_PTR("dsn", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct warehouse, dsn,
                           0, CYAML_UNLIMITED),
    CYAML_FIELD_INT_PTR("known_floor_days", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                        struct warehouse, known_floor_days),
    CYAML_FIELD_END};

PRINTF_LIKE(3, 0)
static void capture(cyaml_log_t level, void *context, const char *format, va_list args)
{
    (void)level;
    g_string_append_vprintf(context, format, args);
}

/* Every key that the schema knows anywhere. */
static void collect_keys(const cyaml_schema_value_t *value, GPtrArray *keys, int depth)
{
    if (depth > 8)
        return;
    if (value->type == CYAML_MAPPING) {
        for (const cyaml_schema_field_t *f = value->mapping.fields; f->key; f++) {
            g_ptr_array_add(keys, (gpointer)(uintptr_t)f->key);
            collect_keys(&f->value, keys, depth + 1);
        }
    } else if (value->type == CYAML_SEQUENCE || value->type == CYAML_SEQUENCE_FIXED) {
        collect_keys(value->sequence.entry, keys, depth + 1);
    }
}

/* libcyaml gives the place of the value before a wrong key: look for the key from there on. */
static void find_key(const char *text, const char *key, int *line, int *column)
{
    const char *p = text;
    for (int i = 1; i < *line && (p = strchr(p, '\n')); i++)
        p++;
    size_t n = strlen(key);
    for (const char *at = p ? strstr(p, key) : NULL; at; at = strstr(at + 1, key)) {
        const char *start = at, *after = at + n;
        while (start > text && start[-1] != '\n')
            start--;
        after += strspn(after, " \"'");
        bool begins = at == text || !(g_ascii_isalnum(at[-1]) || at[-1] == '_');
        if (!begins || *after != ':' || memchr(start, '#', (size_t)(at - start)))
            continue;
        *line = 1;
        for (const char *lf = text; (lf = memchr(lf, '\n', (size_t)(start - lf))); lf++)
            ++*line;
        *column = (int)(at - start) + 1;
        return;
    }
}

/* libcyaml says what happened in its log: the first line is the fault, the second names the place.
 */
static bool explain(const char *file, const char *text, const char *log, cyaml_err_t code,
                    const cyaml_schema_value_t *schema, GError **err)
{
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    const char *what = cyaml_strerror(code);
    if (lines[0] && *lines[0])
        what = g_str_has_prefix(lines[0], "Load: ") ? lines[0] + 6 : lines[0];
    int line = 0, column = 0;
    for (char **p = lines; *p && line == 0; p++) {
        const char *at = strstr(*p, "(line: ");
        if (at) {
            char *end;
            line = (int)g_ascii_strtoull(at + 7, &end, 10);
            const char *col = strstr(end, "column: ");
            column = col ? (int)g_ascii_strtoull(col + 8, NULL, 10) : 1;
        }
    }
    const char *unknown = strstr(what, "Unexpected key: ");
    const char *near = NULL;
    if (unknown) {
        g_autoptr(GPtrArray) keys = g_ptr_array_new();
        collect_keys(schema, keys, 0);
        g_ptr_array_add(keys, NULL);
        find_key(text, unknown + 16, &line, &column);
        near = text_nearest(unknown + 16, (const char *const *)keys->pdata);
        return err_set(err, KENKO_ERROR_CONFIG, "%s:%d:%d: unknown key '%s'%s%s%s", file, line,
                       column, unknown + 16, near ? ", did you mean '" : "", near ? near : "",
                       near ? "'?" : "");
    }
    return err_set(err, KENKO_ERROR_CONFIG, "%s:%d:%d: %s", file, line, column, what);
}

static bool load_text(struct config *config, const char *file, const char *text,
                      const cyaml_schema_value_t *schema, void **data, GError **err)
{
    g_autoptr(GString) log = g_string_new(NULL);
    cyaml_config_t settings = {
        .log_fn = capture, .log_ctx = log, .log_level = CYAML_LOG_ERROR, .mem_fn = cyaml_mem};
    cyaml_err_t code = cyaml_load_data((const uint8_t *)text, strlen(text), &settings, schema,
                                       (cyaml_data_t **)data, NULL);
    if (code != CYAML_OK)
        return explain(file, text, log->str, code, schema, err);
    if (!*data) /* nothing but comments */
        return err_set(err, KENKO_ERROR_CONFIG, "%s:1:1: the file holds no value", file);
    struct loaded loaded = {schema, *data};
    g_array_append_val(config->loaded, loaded);
    return true;
}

static bool read_file(const struct config *config, const char *path, char **text, GError **err)
{
    g_autofree char *full = g_canonicalize_filename(path, config->directory);
    g_autoptr(GError) failure = NULL;
    gsize size;
    if (!g_file_get_contents(full, text, &size, &failure))
        return err_set(err, KENKO_ERROR_CONFIG, "%s: %s", path, failure->message);
    if (size > FILE_MAX || strlen(*text) != size || !g_utf8_validate(*text, (gssize)size, NULL))
        return err_set(err, KENKO_ERROR_CONFIG, "%s: want UTF-8 text without NUL of at most 4 MiB",
                       path);
    if ((*text)[strspn(*text, " \t\r\n")] == '\0')
        return err_set(err, KENKO_ERROR_CONFIG, "%s: the file is empty", path);
    return true;
}

/* The schema of the whole file with one typed section and everything else skipped. */
static const cyaml_schema_value_t *
top_schema(struct config *config, const cyaml_schema_field_t *own, size_t n, size_t data_size)
{
    cyaml_schema_field_t *fields =
        arena_many(config->arena, TOP_KEYS + n + 1, cyaml_schema_field_t);
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        fields[used++] = own[i];
    for (const char *const *key = top_keys; *key; key++) {
        bool mine = false;
        for (size_t i = 0; i < n; i++)
            mine = mine || strcmp(own[i].key, *key) == 0;
        if (!mine)
            fields[used++] = (cyaml_schema_field_t)CYAML_FIELD_IGNORE(*key, CYAML_FLAG_OPTIONAL);
    }
    fields[used] = (cyaml_schema_field_t)CYAML_FIELD_END;
    cyaml_schema_value_t *schema = arena_one(config->arena, cyaml_schema_value_t);
    schema->type = CYAML_MAPPING;
    schema->flags = CYAML_FLAG_POINTER;
    schema->data_size = (uint32_t)data_size;
    schema->mapping.fields = fields;
    return schema;
}

/* postgresql://user:secret@host … */
static bool has_uri_password(const char *dsn)
{
    const char *user = strstr(dsn, "://");
    const char *host = user ? strchr(user + 3, '@') : NULL;
    const char *colon = user ? strchr(user + 3, ':') : NULL;
    return host && colon && colon < host;
}

static bool load_core(struct config *config, GError **err)
{
    static const cyaml_schema_field_t fields[] = {
        CYAML_FIELD_STRING_PTR("organisation", CYAML_FLAG_POINTER, struct core_section,
                               organisation, 1, 200),
        CYAML_FIELD_STRING_PTR("time_zone", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                               struct core_section, time_zone, 1, 64),
        CYAML_FIELD_STRING_PTR("currency", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                               struct core_section, currency, 3, 3),
        CYAML_FIELD_STRING_PTR("language", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                               struct core_section, language, 2, 2),
        CYAML_FIELD_MAPPING_PTR("warehouse", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct core_section, warehouse, warehouse_fields)};
    void *data = NULL;
    const cyaml_schema_value_t *schema =
        top_schema(config, fields, G_N_ELEMENTS(fields), sizeof(struct core_section));
    if (!load_text(config, "kenko.yaml", config->text, schema, &data, err))
        return false;
    config->core = *(struct core_section *)data;
    if (config_known_floor_days(config) < 0)
        return err_set(
            err, KENKO_ERROR_CONFIG,
            "kenko.yaml: warehouse.known_floor_days is %d, want 1 or more, or 0 for never",
            config_known_floor_days(config));
    const char *dsn = config->core.warehouse ? config->core.warehouse->dsn : NULL;
    if (dsn && (g_str_has_prefix(dsn, "${") || g_str_has_prefix(dsn, "file:")))
        return config_secret(config, dsn, &config->dsn, err) || err_context(err, "warehouse.dsn");
    if (dsn && (strstr(dsn, "password") || has_uri_password(dsn)))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "kenko.yaml: warehouse.dsn holds a password, want ${ENV} or file:PATH");
    config->dsn = g_strdup(dsn);
    return true;
}

struct config *config_open(const char *directory, GError **err)
{
    struct config *config = g_new0(struct config, 1);
    config->arena = arena_new();
    config->directory = g_canonicalize_filename(directory, NULL);
    config->loaded = g_array_new(FALSE, FALSE, sizeof(struct loaded));
    config->zones = g_ptr_array_new_with_free_func((GDestroyNotify)zone_close);
    if (!read_file(config, "kenko.yaml", &config->text, err) || !load_core(config, err)) {
        err_context(err, "%s", directory);
        config_close(config);
        return NULL;
    }
    return config;
}

void config_close(struct config *config)
{
    if (!config)
        return;
    cyaml_config_t settings = {.mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR};
    for (guint i = 0; i < config->loaded->len; i++) {
        const struct loaded *loaded = &g_array_index(config->loaded, struct loaded, i);
        cyaml_free(&settings, loaded->schema, loaded->data, 0);
    }
    g_array_free(config->loaded, TRUE);
    g_ptr_array_free(config->zones, TRUE);
    g_free(config->directory);
    g_free(config->text);
    g_free(config->dsn);
    arena_free(config->arena);
    g_free(config);
}

const char *config_directory(const struct config *config)
{
    return config->directory;
}

const char *config_organisation(const struct config *config)
{
    return config->core.organisation;
}

const char *config_time_zone(const struct config *config)
{
    return config->core.time_zone ? config->core.time_zone : "UTC";
}

const char *config_currency(const struct config *config)
{
    return config->core.currency ? config->core.currency : "USD";
}

const char *config_language(const struct config *config)
{
    return config->core.language ? config->core.language : "en";
}

const char *config_dsn(const struct config *config)
{
    return config->dsn;
}

int config_known_floor_days(const struct config *config)
{
    const struct warehouse *w = config->core.warehouse;
    return w && w->known_floor_days ? *w->known_floor_days : KNOWN_FLOOR_DAYS;
}

const char *config_text(const struct config *config)
{
    return config->text;
}

bool config_section(struct config *config, const cyaml_schema_field_t *field, void *data,
                    size_t data_size, GError **err)
{
    void *loaded = NULL;
    const cyaml_schema_value_t *schema = top_schema(config, field, 1, data_size);
    if (!load_text(config, "kenko.yaml", config->text, schema, &loaded, err))
        return false;
    memcpy(data, loaded, data_size);
    return true;
}

bool config_file(struct config *config, const char *path, const cyaml_schema_value_t *schema,
                 void **data, const char **text, GError **err)
{
    g_autofree char *body = NULL;
    if (!read_file(config, path, &body, err) || !load_text(config, path, body, schema, data, err))
        return false;
    if (text)
        *text = arena_strdup(config->arena, body);
    return true;
}

bool config_secret(const struct config *config, const char *reference, char **out, GError **err)
{
    size_t n = strlen(reference);
    if (g_str_has_prefix(reference, "${") && n > 3 && reference[n - 1] == '}') {
        g_autofree char *name = g_strndup(reference + 2, n - 3);
        const char *value = g_getenv(name);
        if (!value || !*value)
            return err_set(err, KENKO_ERROR_CONFIG, "the environment variable %s is not set", name);
        *out = g_strdup(value);
        return true;
    }
    if (g_str_has_prefix(reference, "file:")) {
        g_autofree char *path = g_canonicalize_filename(reference + 5, config->directory);
        g_autoptr(GError) failure = NULL;
        if (!g_file_get_contents(path, out, NULL, &failure))
            return err_set(err, KENKO_ERROR_CONFIG, "%s", failure->message);
        g_strchomp(*out);
        return true;
    }
    return err_set(err, KENKO_ERROR_CONFIG, "a secret must be given as ${ENV} or file:PATH");
}

const struct zone *config_zone(struct config *config, const char *name, GError **err)
{
    for (guint i = 0; i < config->zones->len; i++) {
        if (strcmp(zone_name(config->zones->pdata[i]), name) == 0)
            return config->zones->pdata[i];
    }
    struct zone *zone = zone_open(name, err);
    if (zone)
        g_ptr_array_add(config->zones, zone);
    return zone;
}
