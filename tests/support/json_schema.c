/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/json_schema.h"

#include <string.h>

#include "core/day.h"

json_t *json_schema_at(const json_t *root, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "|", -1);
    const json_t *at = root;
    for (size_t i = 0; parts[i] && at; i++)
        at = json_object_get(at, parts[i]);
    return (json_t *)(uintptr_t)at;
}

static const json_t *resolve(const json_t *root, const char *reference)
{
    static const char start[] = "#/components/schemas/";
    if (!g_str_has_prefix(reference, start))
        return NULL;
    g_autofree char *path = g_strconcat("components|schemas|", reference + strlen(start), NULL);
    return json_schema_at(root, path);
}

static bool is_type(const char *type, const json_t *value)
{
    if (strcmp(type, "null") == 0)
        return json_is_null(value);
    if (strcmp(type, "string") == 0)
        return json_is_string(value);
    if (strcmp(type, "integer") == 0)
        return json_is_integer(value);
    if (strcmp(type, "number") == 0)
        return json_is_number(value);
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    if (strcmp(type, "array") == 0)
        return json_is_array(value);
    return strcmp(type, "object") == 0 && json_is_object(value);
}

static char *check_type(const json_t *type, const json_t *value)
{
    if (json_is_string(type) && is_type(json_string_value(type), value))
        return NULL;
    for (size_t i = 0; i < json_array_size(type); i++) {
        if (is_type(json_string_value(json_array_get(type, i)), value))
            return NULL;
    }
    g_autofree char *wanted = json_dumps(type, JSON_ENCODE_ANY);
    g_autofree char *got = json_dumps(value, JSON_ENCODE_ANY);
    return g_strdup_printf(": want %s, got %.80s", wanted, got);
}

static char *check_format(const char *format, const json_t *value)
{
    int32_t day;
    const char *text = json_string_value(value);
    if (!text)
        return NULL;
    if (strcmp(format, "date") == 0 && day_parse(slice_of(text), &day, NULL))
        return NULL;
    g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(text, NULL);
    if (strcmp(format, "date-time") == 0 && at)
        return NULL;
    return g_strdup_printf(": '%s' is no %s", text, format);
}

static char *within(const char *name, char *fault)
{
    char *whole = fault ? g_strdup_printf("/%s%s", name, fault) : NULL;
    g_free(fault);
    return whole;
}

static char *check_object(const json_t *root, const json_t *schema, const json_t *value)
{
    const char *name;
    json_t *member;
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    const json_t *required = json_object_get(schema, "required");
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        const json_t *of = json_object_get(properties, name);
        char *fault = NULL;
        if (of)
            fault = json_schema_fault(root, of, member);
        else if (json_is_object(others))
            fault = json_schema_fault(root, others, member);
        else if (json_is_false(others))
            fault = g_strdup(": is not documented");
        if (fault)
            return within(name, fault);
    }
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *wanted = json_string_value(json_array_get(required, i));
        if (!json_object_get(value, wanted))
            return g_strdup_printf("/%s: is missing", wanted);
    }
    return NULL;
}

static char *check_array(const json_t *root, const json_t *schema, const json_t *value)
{
    const json_t *items = json_object_get(schema, "items");
    for (size_t i = 0; items && i < json_array_size(value); i++) {
        g_autofree char *index = g_strdup_printf("%zu", i);
        char *fault = within(index, json_schema_fault(root, items, json_array_get(value, i)));
        if (fault)
            return fault;
    }
    return NULL;
}

static char *check_any(const json_t *root, const json_t *choices, const json_t *value)
{
    char *fault = NULL;
    for (size_t i = 0; i < json_array_size(choices); i++) {
        g_free(fault);
        fault = json_schema_fault(root, json_array_get(choices, i), value);
        if (!fault)
            return NULL;
    }
    return fault;
}

static char *check_known(const json_t *schema)
{
    static const char *const known[] = {
        "type",     "format",  "properties",    "required",      "additionalProperties",
        "items",    "anyOf",   "$ref",          "description",   "enum",
        "minimum",  "maximum", "minLength",     "maxLength",     "minItems",
        "maxItems", "default", "minProperties", "maxProperties", NULL};
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)schema, name, value)
    {
        if (!g_strv_contains(known, name))
            return g_strdup_printf(": the keyword %s is not known here", name);
    }
    return NULL;
}

char *json_schema_fault(const json_t *root, const json_t *schema, const json_t *value)
{
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    const json_t *type = json_object_get(schema, "type");
    const json_t *any = json_object_get(schema, "anyOf");
    const char *format = json_string_value(json_object_get(schema, "format"));
    if (reference) {
        const json_t *to = resolve(root, reference);
        return to ? json_schema_fault(root, to, value)
                  : g_strdup_printf(": there is no %s", reference);
    }
    char *fault = check_known(schema);
    if (!fault && type)
        fault = check_type(type, value);
    if (!fault && any)
        fault = check_any(root, any, value);
    if (!fault && format)
        fault = check_format(format, value);
    if (!fault && json_is_object(value))
        fault = check_object(root, schema, value);
    if (!fault && json_is_array(value))
        fault = check_array(root, schema, value);
    return fault;
}

/* Every "$ref" of the document leads somewhere, and every schema uses keywords that are known. */
static char *references_fault(const json_t *root, const json_t *at)
{
    const char *name;
    json_t *value;
    size_t i;
    char *fault = NULL;
    if (json_is_array(at)) {
        json_array_foreach((json_t *)(uintptr_t)at, i, value)
        {
            if ((fault = references_fault(root, value)))
                return fault;
        }
        return NULL;
    }
    json_object_foreach((json_t *)(uintptr_t)at, name, value)
    {
        const char *reference = strcmp(name, "$ref") == 0 ? json_string_value(value) : NULL;
        if (reference && !resolve(root, reference))
            return g_strdup_printf("there is no %s", reference);
        if ((fault = references_fault(root, value)))
            return fault;
    }
    return NULL;
}

static char *parameters_fault(const char *path, const json_t *operation)
{
    size_t in_path = 0, wanted = 0;
    const json_t *parameters = json_object_get(operation, "parameters");
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < json_array_size(parameters); i++) {
        const json_t *p = json_array_get(parameters, i);
        const char *name = json_string_value(json_object_get(p, "name"));
        const char *in = json_string_value(json_object_get(p, "in"));
        if (!name || !in || !json_object_get(p, "schema") || !json_object_get(p, "description"))
            return g_strdup("a parameter lacks name, in, schema or description");
        g_autofree char *in_braces = g_strdup_printf("{%s}", name);
        bool is_path = strcmp(in, "path") == 0;
        if (is_path && (!strstr(path, in_braces) || !json_is_true(json_object_get(p, "required"))))
            return g_strdup_printf("%s is not in the path, or not required", name);
        in_path += is_path;
        if (!g_hash_table_add(names, g_strdup(name)))
            return g_strdup_printf("%s is there twice", name);
    }
    for (const char *p = path; *p; p++)
        wanted += *p == '{';
    return in_path == wanted ? NULL : g_strdup("a name of the path is no parameter");
}

static char *responses_fault(const json_t *operation)
{
    const char *status;
    json_t *response;
    const json_t *responses = json_object_get(operation, "responses");
    if (json_object_size(responses) == 0)
        return g_strdup("there are no responses");
    json_object_foreach((json_t *)(uintptr_t)responses, status, response)
    {
        bool ok = strcmp(status, "default") == 0 ||
                  (strlen(status) == 3 && *status >= '1' && *status <= '5');
        if (!ok || !json_is_string(json_object_get(response, "description")))
            return g_strdup_printf("response %s is wrong, or has no description", status);
    }
    return NULL;
}

static char *operation_fault(const char *path, const char *method, const json_t *operation,
                             GHashTable *ids)
{
    static const char *const methods[] = {"get", "put", "post", "delete", "patch", NULL};
    const char *id = json_string_value(json_object_get(operation, "operationId"));
    if (!g_strv_contains(methods, method))
        return g_strdup("the method is unknown");
    if (!id || !g_hash_table_add(ids, (gpointer)(uintptr_t)id))
        return g_strdup("the operationId is missing or there twice");
    if (!json_is_string(json_object_get(operation, "summary")) ||
        !json_is_array(json_object_get(operation, "security")))
        return g_strdup("there is no summary or no security");
    char *fault = parameters_fault(path, operation);
    return fault ? fault : responses_fault(operation);
}

char *json_schema_openapi_fault(const json_t *document)
{
    const char *path, *method;
    json_t *item, *operation;
    const json_t *paths = json_object_get(document, "paths");
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    if (!g_str_has_prefix(json_string_value(json_object_get(document, "openapi")), "3.1.") ||
        !json_schema_at(document, "info|title") || !json_schema_at(document, "info|version"))
        return g_strdup("openapi, info.title or info.version is missing");
    json_object_foreach((json_t *)(uintptr_t)paths, path, item)
    {
        if (*path != '/')
            return g_strdup_printf("%s does not begin with /", path);
        json_object_foreach(item, method, operation)
        {
            g_autofree char *fault = operation_fault(path, method, operation, ids);
            if (fault)
                return g_strdup_printf("%s %s: %s", method, path, fault);
        }
    }
    return references_fault(document, document);
}
