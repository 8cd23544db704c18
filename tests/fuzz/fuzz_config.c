/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <cyaml/cyaml.h>
#include <string.h>

#include "core/config_check.h"

/* A schema with a value of each type that configuration files hold. */
struct item {
    char *name;
    int number;
    unsigned count;
    bool on;
    double share;
    char **list;
    unsigned list_count;
};

static const cyaml_schema_value_t word = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

static const cyaml_schema_field_t item_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct item, name, 1, 8),
    CYAML_FIELD_INT("number", CYAML_FLAG_OPTIONAL, struct item, number),
    CYAML_FIELD_UINT("count", CYAML_FLAG_OPTIONAL, struct item, count),
    CYAML_FIELD_BOOL("on", CYAML_FLAG_OPTIONAL, struct item, on),
    CYAML_FIELD_FLOAT("share", CYAML_FLAG_OPTIONAL, struct item, share),
    CYAML_FIELD_SEQUENCE("list", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct item, list, &word,
                         0, 4),
    CYAML_FIELD_IGNORE("other", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_END};

static const cyaml_schema_value_t item = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct item, item_fields)};

static void quiet(cyaml_log_t level, void *context, const char *format, va_list args)
{
    (void)level, (void)context, (void)format, (void)args;
}

/* What the tree and the check let pass, libcyaml loads, and the texts are the same; what they
 * refuse says where. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    if (!g_utf8_validate(text, -1, NULL))
        return 0;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const struct config_node *root = NULL;
    if (!config_tree_parse(arena, "fuzz", text, &root, &err)) {
        FUZZ_HOLDS(err_is(err, KENKO_ERROR_CONFIG) && g_str_has_prefix(err->message, "fuzz:"));
        return 0;
    }
    if (!root)
        return 0;
    int line, column;
    config_tree_place(root, text, &line, &column);
    FUZZ_HOLDS(line >= 1 && column >= 1);
    if (!config_check("fuzz", root, &item, &err)) {
        FUZZ_HOLDS(err_is(err, KENKO_ERROR_CONFIG) && g_str_has_prefix(err->message, "fuzz:"));
        return 0;
    }
    cyaml_config_t settings = {.log_fn = quiet, .log_level = CYAML_LOG_ERROR, .mem_fn = cyaml_mem};
    struct item *loaded = NULL;
    FUZZ_HOLDS(cyaml_load_data((const uint8_t *)text, strlen(text), &settings, &item,
                               (cyaml_data_t **)&loaded, NULL) == CYAML_OK);
    for (size_t i = 0; i < root->n; i++) {
        if (strcmp(root->entry[i].key, "name") == 0)
            FUZZ_HOLDS(strcmp(root->entry[i].value->text, loaded->name) == 0);
    }
    cyaml_free(&settings, &item, loaded, 0);
    return 0;
}
