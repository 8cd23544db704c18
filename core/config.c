/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/config.h"

#include <string.h>

#include "core/config_check.h"
#include "core/config_read.h"
#include "core/currency.h"
#include "core/zone.h"

/* Every top-level key of kenko.yaml; a section's owner names its own, the rest is skipped there. */
static const char *const top_keys[] = {"organisation", "time_zone", "currency", "language",
                                       "warehouse",    "churn",     "model",    "score",
                                       "identity",     "sources",   "reports",  "api",
                                       "schedule",     "retention", "calendar", NULL};
enum { TOP_KEYS = 14, FILE_MAX = 4 << 20, SECRET_MAX = 64 << 10, KNOWN_FLOOR_DAYS = 400 };

#define KENKO_YAML "kenko.yaml"

struct warehouse {
    char *dsn;
    int *known_floor_days;
};

struct core_section {
    char *organisation, *time_zone, *currency, *language;
    struct warehouse *warehouse;
};

struct loaded {
    const char *file;
    const struct config_node *root;
    const cyaml_schema_value_t *schema;
    void *data;
};

struct config {
    struct arena *arena;
    char *directory, *text, *dsn;   /* directory NULL: files are texts that were given */
    const struct config_node *root; /* of text */
    struct core_section core;
    GArray *loaded;
    GPtrArray *zones;
    GHashTable *file, *text_of; /* by path: the file that is read in place of it, or its text */
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

/* Check and load text whose tree is known. */
static bool load_tree(struct config *config, const char *file, const char *text,
                      const struct config_node *root, const cyaml_schema_value_t *schema,
                      void **data, GError **err)
{
    if (!config_check(file, root, schema, err))
        return false;
    g_autoptr(GString) log = g_string_new(NULL);
    cyaml_config_t settings = {
        .log_fn = capture, .log_ctx = log, .log_level = CYAML_LOG_ERROR, .mem_fn = cyaml_mem};
    cyaml_err_t code = cyaml_load_data((const uint8_t *)text, strlen(text), &settings, schema,
                                       (cyaml_data_t **)data, NULL);
    if (code != CYAML_OK) {
        g_strdelimit(g_strchomp(log->str), "\n", ' ');
        return err_set(err, KENKO_ERROR_CONFIG, "%s: %s (%s)", file, cyaml_strerror(code),
                       log->str);
    }
    struct loaded loaded = {arena_strdup(config->arena, file), root, schema, *data};
    g_array_append_val(config->loaded, loaded);
    return true;
}

static bool read_text(const struct config *config, const char *path, char **text, GError **err)
{
    const char *said = g_hash_table_lookup(config->text_of, path);
    const char *file = g_hash_table_lookup(config->file, path);
    size_t size = said ? strlen(said) : 0;
    if (said)
        *text = g_strdup(said);
    else if (!config->directory)
        return err_set(err, KENKO_ERROR_CONFIG, "%s: is not among what was kept", path);
    else if (!config_read(config->directory, file ? file : path, FILE_MAX, text, &size, err))
        return false;
    const char *bad;
    if (strlen(*text) != size)
        return err_set(err, KENKO_ERROR_CONFIG, "%s: holds NUL at byte %zu, want text", path,
                       strlen(*text));
    if (!g_utf8_validate(*text, (gssize)size, &bad))
        return err_set(err, KENKO_ERROR_CONFIG, "%s: is not UTF-8 at byte %zu", path,
                       (size_t)(bad - *text));
    if ((*text)[strspn(*text, " \t\r\n")] == '\0')
        return err_set(err, KENKO_ERROR_CONFIG, "%s: the file is empty", path);
    return true;
}

static bool parse(struct config *config, const char *file, const char *text,
                  const struct config_node **root, GError **err)
{
    if (!config_tree_parse(config->arena, file, text, root, err))
        return false;
    return *root || err_set(err, KENKO_ERROR_CONFIG, "%s:1:1: the file holds no value", file);
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

static bool check_core(struct config *config, GError **err)
{
    static const char *const languages[] = {"en", "ja", NULL};
    const char *language = config_language(config), *zone = config_time_zone(config);
    if (!g_strv_contains(languages, language))
        return config_refuse(config, err, "language", "language is '%s', want en or ja", language);
    if (!currency_is_known(config_currency(config)))
        return config_refuse(config, err, "currency",
                             "currency is '%s', want a code of ISO 4217, e.g. USD",
                             config_currency(config));
    g_autoptr(GError) unknown = NULL;
    if (!config_zone(config, zone, &unknown))
        return config_refuse(config, err, "time_zone", "time_zone: %s", unknown->message);
    int days = config_known_floor_days(config);
    return days >= 0 ||
           config_refuse(config, err, "warehouse.known_floor_days",
                         "warehouse.known_floor_days is %d, want 1 or more, or 0 for never", days);
}

static bool load_dsn(struct config *config, GError **err)
{
    g_autoptr(GError) failure = NULL;
    const char *dsn = config->core.warehouse ? config->core.warehouse->dsn : NULL;
    return !dsn || config_connection(config, dsn, &config->dsn, &failure) ||
           config_refuse(config, err, "warehouse.dsn", "warehouse.dsn: %s", failure->message);
}

static bool load_core(struct config *config, GError **err)
{
    static const cyaml_schema_field_t fields[] = {
        CYAML_FIELD_STRING_PTR("organisation", CYAML_FLAG_POINTER, struct core_section,
                               organisation, 1, 200),
        CYAML_FIELD_STRING_PTR("time_zone", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                               struct core_section, time_zone, 1, 64),
        CYAML_FIELD_STRING_PTR("currency", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                               struct core_section, currency, 0, CYAML_UNLIMITED),
        CYAML_FIELD_STRING_PTR("language", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                               struct core_section, language, 0, CYAML_UNLIMITED),
        CYAML_FIELD_MAPPING_PTR("warehouse", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct core_section, warehouse, warehouse_fields)};
    void *data = NULL;
    const cyaml_schema_value_t *schema =
        top_schema(config, fields, G_N_ELEMENTS(fields), sizeof(struct core_section));
    if (!load_tree(config, KENKO_YAML, config->text, config->root, schema, &data, err))
        return false;
    config->core = *(struct core_section *)data;
    return check_core(config, err) && load_dsn(config, err);
}

static struct config *config_new(char *directory)
{
    struct config *config = g_new0(struct config, 1);
    config->arena = arena_new();
    config->directory = directory;
    config->loaded = g_array_new(FALSE, FALSE, sizeof(struct loaded));
    config->zones = g_ptr_array_new_with_free_func((GDestroyNotify)zone_close);
    config->file = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    config->text_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return config;
}

struct config *config_bare(const char *directory)
{
    return config_new(g_canonicalize_filename(directory, NULL));
}

static bool load_kenko(struct config *config, GError **err)
{
    return read_text(config, KENKO_YAML, &config->text, err) &&
           parse(config, KENKO_YAML, config->text, &config->root, err) && load_core(config, err);
}

struct config *config_open(const char *directory, GError **err)
{
    struct config *config = config_bare(directory);
    if (load_kenko(config, err))
        return config;
    err_context(err, "%s", directory);
    config_close(config);
    return NULL;
}

struct config *config_open_text(const char *text, GError **err)
{
    struct config *config = config_new(NULL);
    config_replace_text(config, KENKO_YAML, text);
    if (load_kenko(config, err))
        return config;
    config_close(config);
    return NULL;
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
    g_hash_table_destroy(config->file);
    g_hash_table_destroy(config->text_of);
    g_free(config->text);
    g_free(config->dsn);
    arena_free(config->arena);
    g_free(config);
}

void config_replace(struct config *config, const char *path, const char *file)
{
    g_hash_table_insert(config->file, g_strdup(path), g_canonicalize_filename(file, NULL));
}

void config_replace_text(struct config *config, const char *path, const char *text)
{
    g_hash_table_insert(config->text_of, g_strdup(path), g_strdup(text));
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
    if (!load_tree(config, KENKO_YAML, config->text, config->root, schema, &loaded, err))
        return false;
    memcpy(data, loaded, data_size);
    return true;
}

bool config_has_file(const struct config *config, const char *path)
{
    if (g_hash_table_contains(config->text_of, path) || g_hash_table_contains(config->file, path))
        return true;
    if (!config->directory)
        return false;
    g_autofree char *file = g_build_filename(config->directory, path, NULL);
    return g_file_test(file, G_FILE_TEST_EXISTS);
}

const char *config_file_text(struct config *config, const char *path, GError **err)
{
    g_autofree char *body = NULL;
    return read_text(config, path, &body, err) ? arena_strdup(config->arena, body) : NULL;
}

char *config_extract(const struct config *config, const char *const *keys)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < config->root->n; i++) {
        const struct config_entry *entry = &config->root->entry[i];
        if (!g_strv_contains(keys, entry->key))
            continue;
        g_string_append_printf(out, "%s: ", entry->key);
        config_tree_write(out, entry->value);
        g_string_append_c(out, '\n');
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

bool config_file(struct config *config, const char *path, const cyaml_schema_value_t *schema,
                 void **data, const char **text, GError **err)
{
    g_autofree char *body = NULL;
    const struct config_node *root;
    if (!read_text(config, path, &body, err) || !parse(config, path, body, &root, err) ||
        !load_tree(config, path, body, root, schema, data, err))
        return false;
    if (text)
        *text = arena_strdup(config->arena, body);
    return true;
}

bool config_secret(const struct config *config, const char *reference, char **out, GError **err)
{
    if (!config->directory)
        return err_set(err, KENKO_ERROR_CONFIG, "a configuration of texts alone has no secrets");
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
        size_t size;
        if (!config_read(config->directory, reference + 5, SECRET_MAX, out, &size, err))
            return false;
        g_strchomp(*out);
        return true;
    }
    return err_set(err, KENKO_ERROR_CONFIG, "a secret must be given as ${ENV} or file:PATH");
}

bool config_connection(const struct config *config, const char *text, char **out, GError **err)
{
    if (g_str_has_prefix(text, "${") || g_str_has_prefix(text, "file:"))
        return config_secret(config, text, out, err);
    if (strstr(text, "password") || has_uri_password(text))
        return err_set(err, KENKO_ERROR_CONFIG, "it holds a password, want ${ENV} or file:PATH");
    *out = g_strdup(text);
    return true;
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

static char *place_of(const char *file, const struct config_node *root, const char *path)
{
    int line, column;
    config_tree_place(root, path, &line, &column);
    return g_strdup_printf("%s:%d:%d", file, line, column);
}

char *config_place(const struct config *config, const char *file, const char *path, ...)
{
    va_list args;
    va_start(args, path);
    g_autofree char *whole = g_strdup_vprintf(path, args);
    va_end(args);
    for (guint i = 0; i < config->loaded->len; i++) {
        const struct loaded *loaded = &g_array_index(config->loaded, struct loaded, i);
        if (strcmp(loaded->file, file) == 0)
            return place_of(file, loaded->root, whole);
    }
    return g_strdup(file);
}

bool config_refuse(const struct config *config, GError **err, const char *path, const char *format,
                   ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *place = place_of(KENKO_YAML, config->root, path);
    return err_set(err, KENKO_ERROR_CONFIG, "%s: %s", place, what);
}
