/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "api/field.h"
#include "api/openapi.h"
#include "api/shape.h"

static void put_choices(struct writer *writer, const char *const *choices, bool both_ways)
{
    writer_array(writer, "enum");
    for (; *choices; choices++) {
        g_autofree char *down = g_strconcat("-", *choices, NULL);
        writer_text(writer, NULL, *choices);
        if (both_ways)
            writer_text(writer, NULL, down);
    }
    writer_array_end(writer);
}

static void put_bounds(struct writer *writer, const char *least_name, int64_t least,
                       const char *most_name, int64_t most)
{
    writer_integer(writer, least_name, least);
    writer_integer(writer, most_name, most);
}

static void put_words(struct writer *writer, const struct field *field)
{
    writer_text(writer, "type", "array");
    put_bounds(writer, "minItems", 1, "maxItems", field->most ? field->most : FIELD_WORDS_MAX);
    writer_object(writer, "items");
    writer_text(writer, "type", "string");
    if (field->choices)
        put_choices(writer, field->choices, false);
    writer_object_end(writer);
}

static void put_numbers(struct writer *writer, const struct field *field)
{
    writer_text(writer, "type", "object");
    put_bounds(writer, "minProperties", field->least, "maxProperties", field->most);
    writer_object(writer, "additionalProperties");
    writer_text(writer, "type", "number");
    writer_object_end(writer);
}

static void put_kind(struct writer *writer, const struct field *field)
{
    switch (field->kind) {
    case FIELD_INTEGER:
        writer_text(writer, "type", "integer");
        put_bounds(writer, "minimum", field->least, "maximum", field->most);
        break;
    case FIELD_POINTS:
        writer_text(writer, "type", "number");
        put_bounds(writer, "minimum", 0, "maximum", 100);
        break;
    case FIELD_BOOL:
        writer_text(writer, "type", "boolean");
        break;
    case FIELD_DAY:
        writer_text(writer, "type", "string");
        writer_text(writer, "format", "date");
        break;
    case FIELD_WORDS:
        put_words(writer, field);
        break;
    case FIELD_NUMBERS:
        put_numbers(writer, field);
        break;
    case FIELD_OBJECT:
        writer_text(writer, "type", "object");
        break;
    case FIELD_TEXT:
    case FIELD_KEY:
        writer_text(writer, "type", "string");
        put_bounds(writer, "minLength", field->kind == FIELD_KEY ? 1 : field->least, "maxLength",
                   field->most ? field->most : FIELD_TEXT_MAX);
        break;
    default:
        writer_text(writer, "type", "string");
        if (field->choices)
            put_choices(writer, field->choices, field->kind == FIELD_SORT);
    }
}

static void put_fallback(struct writer *writer, const struct field *field)
{
    bool bare =
        field->kind == FIELD_INTEGER || field->kind == FIELD_POINTS || field->kind == FIELD_BOOL;
    if (!field->fallback)
        return;
    if (bare)
        writer_raw(writer, "default", field->fallback);
    else
        writer_text(writer, "default", field->fallback);
}

void openapi_field(struct writer *writer, const char *name, const struct field *field)
{
    writer_object(writer, name);
    put_kind(writer, field);
    put_fallback(writer, field);
    writer_object_end(writer);
}

void openapi_body(struct writer *writer, const char *name, const struct field *fields)
{
    writer_object(writer, name);
    writer_text(writer, "type", "object");
    writer_array(writer, "required");
    for (const struct field *field = fields; field->name; field++) {
        if (field->required)
            writer_text(writer, NULL, field->name);
    }
    writer_array_end(writer);
    writer_object(writer, "properties");
    for (const struct field *field = fields; field->name; field++) {
        writer_object(writer, field->name);
        put_kind(writer, field);
        put_fallback(writer, field);
        writer_text(writer, "description", field->what);
        writer_object_end(writer);
    }
    writer_object_end(writer);
    writer_bool(writer, "additionalProperties", false);
    writer_object_end(writer);
}

void openapi_reference(struct writer *writer, const char *name, const struct shape *shape)
{
    g_autofree char *to = g_strconcat("#/components/schemas/", shape->name, NULL);
    writer_object(writer, name);
    writer_text(writer, "$ref", to);
    writer_object_end(writer);
}

static void put_type(struct writer *writer, const char *type, bool nullable)
{
    if (!nullable) {
        writer_text(writer, "type", type);
        return;
    }
    writer_array(writer, "type");
    writer_text(writer, NULL, type);
    writer_text(writer, NULL, "null");
    writer_array_end(writer);
}

static void put_items(struct writer *writer, const struct shape_member *member)
{
    put_type(writer, "array", member->nullable);
    if (member->kind == SHAPE_OBJECTS) {
        openapi_reference(writer, "items", member->of);
        return;
    }
    writer_object(writer, "items");
    writer_text(writer, "type", "string");
    writer_object_end(writer);
}

static void put_object(struct writer *writer, const struct shape_member *member)
{
    writer_array(writer, "anyOf");
    openapi_reference(writer, NULL, member->of);
    if (member->nullable) {
        writer_object(writer, NULL);
        writer_text(writer, "type", "null");
        writer_object_end(writer);
    }
    writer_array_end(writer);
}

static void put_member(struct writer *writer, const struct shape_member *member)
{
    static const char *const types[] = {
        [SHAPE_TEXT] = "string",  [SHAPE_INTEGER] = "integer", [SHAPE_NUMBER] = "number",
        [SHAPE_BOOL] = "boolean", [SHAPE_DAY] = "string",      [SHAPE_INSTANT] = "string"};
    writer_object(writer, member->name);
    if (member->kind == SHAPE_TEXTS || member->kind == SHAPE_OBJECTS)
        put_items(writer, member);
    else if (member->kind == SHAPE_OBJECT)
        put_object(writer, member);
    else if (member->kind != SHAPE_ANY)
        put_type(writer, types[member->kind], member->nullable);
    if (member->kind == SHAPE_DAY)
        writer_text(writer, "format", "date");
    if (member->kind == SHAPE_INSTANT)
        writer_text(writer, "format", "date-time");
    writer_text(writer, "description", member->what);
    writer_object_end(writer);
}

static void put_required(struct arena *arena, struct writer *writer, const struct shape *shape)
{
    struct shape_member member;
    writer_array(writer, "required");
    for (size_t i = 0; i < shape_count(shape); i++) {
        if (shape_member_at(arena, shape, i, &member) && !member.optional)
            writer_text(writer, NULL, member.name);
    }
    writer_array_end(writer);
}

void openapi_shape(struct arena *arena, struct writer *writer, const struct shape *shape,
                   bool sparse, GHashTable *done)
{
    struct shape_member member;
    if (!g_hash_table_add(done, (gpointer)(uintptr_t)shape->name))
        return;
    writer_object(writer, shape->name);
    writer_text(writer, "type", "object");
    writer_object(writer, "properties");
    for (size_t i = 0; i < shape_count(shape); i++) {
        if (shape_member_at(arena, shape, i, &member))
            put_member(writer, &member);
    }
    writer_object_end(writer);
    if (!sparse)
        put_required(arena, writer, shape);
    writer_bool(writer, "additionalProperties", false);
    writer_object_end(writer);
    for (size_t i = 0; i < shape_count(shape); i++) {
        if (shape_member_at(arena, shape, i, &member) && member.of)
            openapi_shape(arena, writer, member.of, false, done);
    }
}
