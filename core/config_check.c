/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/config_check.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/text.h"

enum { SHOWN_MAX = 60, LISTED_MAX = 12 };

struct check {
    const char *file;
    const cyaml_schema_value_t *schema; /* of the whole file */
    GString *path;
    GError **err;
};

/* "PATH is 'text', want …" at the node's place. */
PRINTF_LIKE(3, 4)
static bool refuse(struct check *c, const struct config_node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *wanted = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *text = NULL;
    if (node->kind == CONFIG_TEXT && *node->text) {
        struct slice cut = text_cut(slice_of(node->text), SHOWN_MAX);
        text = g_strdup_printf("'%.*s%s'", SLICE_ARGS(cut), node->text[cut.n] ? "…" : "");
    }
    const char *is = text                        ? text
                     : node->kind == CONFIG_TEXT ? "empty"
                     : node->kind == CONFIG_LIST ? "a list"
                                                 : "a mapping";
    return err_set(c->err, KENKO_ERROR_CONFIG, "%s:%d:%d: %s is %s, want %s", c->file, node->line,
                   node->column, c->path->len ? c->path->str : "the file", is, wanted);
}

static bool is_list(const cyaml_schema_value_t *schema)
{
    return schema->type == CYAML_SEQUENCE || schema->type == CYAML_SEQUENCE_FIXED;
}

/* Look below `schema` for a mapping that knows `key`; its path is added to `path`. */
static bool find_home(const cyaml_schema_value_t *schema, const char *key, int depth, GString *path)
{
    size_t length = path->len;
    if (depth == 0)
        return false;
    if (is_list(schema)) {
        g_string_append(path, "[]");
        if (find_home(schema->sequence.entry, key, depth - 1, path))
            return true;
    }
    const cyaml_schema_field_t *fields =
        schema->type == CYAML_MAPPING ? schema->mapping.fields : NULL;
    for (const cyaml_schema_field_t *f = fields; f && f->key && length; f++) {
        if (strcmp(f->key, key) == 0)
            return true;
    }
    for (const cyaml_schema_field_t *f = fields; f && f->key; f++) {
        g_string_append_printf(path, "%s%s", length ? "." : "", f->key);
        if (find_home(&f->value, key, depth - 1, path))
            return true;
        g_string_truncate(path, length);
    }
    g_string_truncate(path, length);
    return false;
}

static bool unknown_key(struct check *c, const struct config_entry *entry,
                        const cyaml_schema_field_t *fields)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    for (const cyaml_schema_field_t *f = fields; f->key; f++)
        g_ptr_array_add(keys, (gpointer)(uintptr_t)f->key);
    guint n = keys->len;
    g_ptr_array_add(keys, NULL);
    g_autofree char *near = text_hint(entry->key, (const char *const *)keys->pdata);
    g_autoptr(GString) hint = g_string_new(NULL);
    g_autoptr(GString) home = g_string_new(NULL);
    if (find_home(c->schema, entry->key, 6, home))
        g_string_printf(hint, "; it belongs in %s", home->str);
    else if (*near)
        g_string_assign(hint, near);
    else if (n <= LISTED_MAX) {
        g_autofree char *list = g_strjoinv(", ", (char **)keys->pdata);
        g_string_printf(hint, ", want one of %s", list);
    }
    return err_set(c->err, KENKO_ERROR_CONFIG, "%s:%d:%d: unknown key '%s'%s%s%s", c->file,
                   entry->line, entry->column, entry->key, c->path->len ? " in " : "", c->path->str,
                   hint->str);
}

static bool check_text(struct check *c, const struct config_node *node,
                       const cyaml_schema_value_t *schema)
{
    size_t n = strlen(node->text);
    uint32_t min = schema->string.min, max = schema->string.max;
    if (n >= min && n <= max)
        return true;
    if (max == CYAML_UNLIMITED)
        return refuse(c, node, "at least %u bytes", min);
    if (min == max)
        return refuse(c, node, "%u bytes", min);
    return refuse(c, node, "%u to %u bytes", min, max);
}

/* libcyaml takes 0x10 and takes 010 for 8: only decimal is meant here. */
static bool is_decimal(const char *text)
{
    const char *digits = text + (*text == '-');
    size_t n = strspn(digits, "0123456789");
    return n > 0 && digits[n] == '\0' && (n == 1 || *digits != '0');
}

static bool check_integer(struct check *c, const struct config_node *node,
                          const cyaml_schema_value_t *schema)
{
    unsigned bits = schema->data_size * 8;
    gint64 max = G_MAXINT64 >> (64 - bits), n;
    guint64 umax = G_MAXUINT64 >> (64 - bits), u;
    if (schema->type == CYAML_UINT)
        return (is_decimal(node->text) &&
                g_ascii_string_to_unsigned(node->text, 10, 0, umax, &u, NULL)) ||
               refuse(c, node, "a whole number of 0 to %" G_GUINT64_FORMAT, umax);
    return (is_decimal(node->text) &&
            g_ascii_string_to_signed(node->text, 10, -max - 1, max, &n, NULL)) ||
           refuse(c, node, "a whole number of %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, -max - 1,
                  max);
}

static bool check_float(struct check *c, const struct config_node *node)
{
    char *end;
    double value = g_ascii_strtod(node->text, &end);
    bool plain = *node->text && !g_ascii_isspace(*node->text) && !strpbrk(node->text, "xX");
    return (plain && *end == '\0' && isfinite(value)) || refuse(c, node, "a number");
}

/* What libcyaml does not know as false is true to it. */
static bool check_bool(struct check *c, const struct config_node *node)
{
    return strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0 ||
           refuse(c, node, "true or false");
}

static bool check_scalar(struct check *c, const struct config_node *node,
                         const cyaml_schema_value_t *schema)
{
    bool number = schema->type == CYAML_INT || schema->type == CYAML_UINT;
    if (node->kind != CONFIG_TEXT)
        return refuse(c, node, "%s",
                      schema->type == CYAML_STRING ? "a text"
                      : schema->type == CYAML_BOOL ? "true or false"
                                                   : "a number");
    if (schema->type == CYAML_STRING)
        return check_text(c, node, schema);
    if (schema->type == CYAML_BOOL)
        return check_bool(c, node);
    if (number)
        return check_integer(c, node, schema);
    return schema->type != CYAML_FLOAT || check_float(c, node);
}

static bool check_node(struct check *c, const struct config_node *node,
                       const cyaml_schema_value_t *schema);

static bool check_list(struct check *c, const struct config_node *node,
                       const cyaml_schema_value_t *schema)
{
    uint32_t min = schema->sequence.min, max = schema->sequence.max;
    if (node->kind != CONFIG_LIST)
        return refuse(c, node, "a list");
    if (node->n < min || node->n > max)
        return err_set(c->err, KENKO_ERROR_CONFIG, "%s:%d:%d: %s has %zu entries, want %u to %u",
                       c->file, node->line, node->column, c->path->str, node->n, min, max);
    size_t length = c->path->len;
    for (size_t i = 0; i < node->n; i++) {
        g_string_append_printf(c->path, "[%zu]", i);
        if (!check_node(c, node->entry[i].value, schema->sequence.entry))
            return false;
        g_string_truncate(c->path, length);
    }
    return true;
}

static bool check_entry(struct check *c, const struct config_entry *entry,
                        const cyaml_schema_field_t *fields)
{
    size_t length = c->path->len;
    for (const cyaml_schema_field_t *f = fields; f->key; f++) {
        if (strcmp(f->key, entry->key) != 0)
            continue;
        g_string_append_printf(c->path, "%s%s", length ? "." : "", f->key);
        if (!check_node(c, entry->value, &f->value))
            return false;
        g_string_truncate(c->path, length);
        return true;
    }
    return unknown_key(c, entry, fields);
}

static bool check_map(struct check *c, const struct config_node *node,
                      const cyaml_schema_value_t *schema)
{
    const cyaml_schema_field_t *fields = schema->mapping.fields;
    if (node->kind != CONFIG_MAP)
        return refuse(c, node, "a mapping");
    for (size_t i = 0; i < node->n; i++) {
        if (!check_entry(c, &node->entry[i], fields))
            return false;
    }
    for (const cyaml_schema_field_t *f = fields; f->key; f++) {
        bool there = f->value.flags & CYAML_FLAG_OPTIONAL;
        for (size_t i = 0; i < node->n && !there; i++)
            there = strcmp(node->entry[i].key, f->key) == 0;
        if (!there)
            return err_set(c->err, KENKO_ERROR_CONFIG, "%s:%d:%d: the key '%s' is missing%s%s",
                           c->file, node->line, node->column, f->key, c->path->len ? " in " : "",
                           c->path->str);
    }
    return true;
}

static bool check_node(struct check *c, const struct config_node *node,
                       const cyaml_schema_value_t *schema)
{
    if (schema->type == CYAML_IGNORE)
        return true;
    if (schema->type == CYAML_MAPPING)
        return check_map(c, node, schema);
    return is_list(schema) ? check_list(c, node, schema) : check_scalar(c, node, schema);
}

bool config_check(const char *file, const struct config_node *root,
                  const cyaml_schema_value_t *schema, GError **err)
{
    struct check c = {file, schema, g_string_new(NULL), err};
    bool ok = check_node(&c, root, schema);
    g_string_free(c.path, TRUE);
    return ok;
}
