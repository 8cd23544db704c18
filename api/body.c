/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/body.h"

#include <math.h>
#include <string.h>

#include "core/text.h"

/* A body of unknown members only would be answered with many times its size. */
enum { FAULTS_MAX = 20 };

/* Faults in the order they were found. */
struct faults {
    struct arena *arena;
    int n;
    struct field_fault *first, *last;
};

static void add(struct faults *faults, const char *pointer, const char *detail)
{
    struct field_fault *fault = arena_one(faults->arena, struct field_fault);
    *fault = (struct field_fault){.pointer = pointer, .detail = detail};
    faults->n++;
    if (faults->last)
        faults->last->next = fault;
    else
        faults->first = fault;
    faults->last = fault;
}

/* RFC 6901: ~ and / are escaped. */
static const char *pointer_of(struct arena *arena, const char *name)
{
    g_autoptr(GString) out = g_string_new("/");
    for (const char *p = name; *p; p++) {
        if (*p == '~')
            g_string_append(out, "~0");
        else if (*p == '/')
            g_string_append(out, "~1");
        else
            g_string_append_c(out, *p);
    }
    return arena_strdup(arena, out->str);
}

/* A number as the text that a parameter would have; NULL when it has no short one. */
static const char *number_text(struct arena *arena, const json_t *json)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (json_is_integer(json))
        return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
    g_ascii_formatd(text, sizeof text, "%.10f", json_real_value(json));
    char *end = text + strlen(text);
    while (end[-1] == '0')
        *--end = '\0';
    if (end[-1] == '.')
        end[-1] = '\0';
    return g_ascii_strtod(text, NULL) == json_real_value(json) ? arena_strdup(arena, text) : NULL;
}

static const char *words_text(struct arena *arena, const json_t *json)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < json_array_size(json); i++) {
        const char *word = json_string_value(json_array_get(json, i));
        if (!word || strchr(word, ','))
            return NULL;
        g_string_append_printf(out, "%s%s", i ? "," : "", word);
    }
    return arena_strdup(arena, out->str);
}

/* The text a parameter of this kind would have; NULL: the JSON type is another. */
static const char *as_text(struct arena *arena, const struct field *field, const json_t *json)
{
    switch (field->kind) {
    case FIELD_INTEGER:
    case FIELD_POINTS:
        return json_is_number(json) ? number_text(arena, json) : NULL;
    case FIELD_BOOL:
        return json_is_boolean(json) ? (json_is_true(json) ? "true" : "false") : NULL;
    case FIELD_WORDS:
        return json_is_array(json) ? words_text(arena, json) : NULL;
    default:
        return json_string_value(json);
    }
}

static bool all_numbers(const json_t *json)
{
    const char *name;
    json_t *value;
    if (!json_is_object(json))
        return false;
    json_object_foreach((json_t *)(uintptr_t)json, name, value)
    {
        if (!json_is_number(value) || !isfinite(json_number_value(value)))
            return false;
    }
    return true;
}

static bool fits_object(const struct field *field, const json_t *json)
{
    if (field->kind == FIELD_NUMBERS)
        return all_numbers(json) && json_object_size(json) >= (size_t)field->least &&
               json_object_size(json) <= (size_t)field->most;
    return json_is_object(json) && json_dumpb(json, NULL, 0, 0) <= (size_t)field->most;
}

static void take(struct faults *faults, const struct field *field, const json_t *json,
                 struct field_value *out)
{
    const char *at = pointer_of(faults->arena, field->name);
    bool object = field->kind == FIELD_NUMBERS || field->kind == FIELD_OBJECT;
    if (object && fits_object(field, json)) {
        *out = (struct field_value){.given = true, .json = json};
        return;
    }
    const char *text = object ? NULL : as_text(faults->arena, field, json);
    const char *wrong =
        text ? field_parse(faults->arena, field, text, out)
             : arena_printf(faults->arena, "want %s", field_wanted(faults->arena, field));
    if (wrong)
        add(faults, at, wrong);
}

static void take_unknown(struct faults *faults, const struct field_set *set, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; set->fields[i].name; i++)
        g_ptr_array_add(names, (gpointer)(uintptr_t)set->fields[i].name);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = text_hint(name, (const char *const *)names->pdata);
    add(faults, pointer_of(faults->arena, name),
        arena_printf(faults->arena, "there is no such member%s", hint));
}

static void take_all(struct faults *faults, const struct field_set *set, json_t *json)
{
    const char *name;
    json_t *value;
    json_object_foreach(json, name, value)
    {
        size_t i = 0;
        if (faults->n == FAULTS_MAX)
            return;
        while (set->fields[i].name && strcmp(set->fields[i].name, name) != 0)
            i++;
        if (!set->fields[i].name)
            take_unknown(faults, set, name);
        else if (!json_is_null(value) || set->fields[i].required)
            take(faults, &set->fields[i], value, &set->values[i]);
    }
    for (size_t i = 0; set->fields[i].name; i++) {
        if (set->fields[i].required && !json_object_get(json, set->fields[i].name))
            add(faults, pointer_of(faults->arena, set->fields[i].name),
                arena_printf(faults->arena, "is missing; want %s",
                             field_wanted(faults->arena, &set->fields[i])));
    }
}

const struct field_fault *body_parse(struct arena *arena, struct slice text,
                                     const struct field_set *set, json_t **json)
{
    json_error_t error;
    struct faults faults = {.arena = arena};
    bool has_nul = text.n > 0 && memchr(text.p, '\0', text.n); /* jansson takes it for a space */
    json_t *tree = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &error);
    if (has_nul) {
        add(&faults, "", "want JSON: there is a NUL byte");
        faults.first->not_json = true;
    } else if (!tree) {
        add(&faults, "",
            arena_printf(arena, "want JSON: wrong at line %d, column %d", error.line,
                         error.column));
        faults.first->not_json = true;
    } else if (!json_is_object(tree)) {
        add(&faults, "", "want a JSON object");
    } else {
        take_all(&faults, set, tree);
    }
    if (faults.first) {
        json_decref(tree);
        return faults.first;
    }
    field_fall_back(arena, set);
    *json = tree;
    return NULL;
}
