/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/json_schema.h"

#include "core/scan_json.h"

enum { ALTERNATIVES_DEPTH = 8 };

/* Kinds of values that a field may take, gathered over all alternatives. */
struct kinds {
    bool boolean, integer, number, string, nested;
    bool date, date_time, time, base16, base64, big_number, zoned, unzoned, zoned_time;
};

static void note_type(struct kinds *kinds, struct slice word)
{
    const struct {
        const char *word;
        bool *kind;
    } table[] = {{"boolean", &kinds->boolean}, {"integer", &kinds->integer},
                 {"number", &kinds->number},   {"string", &kinds->string},
                 {"object", &kinds->nested},   {"array", &kinds->nested}};
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        *table[i].kind |= slice_is(word, table[i].word);
}

static void note_word(struct kinds *kinds, const char *key, struct slice word)
{
    if (strcmp(key, "format") == 0) {
        kinds->date |= slice_is(word, "date");
        kinds->date_time |= slice_is(word, "date-time");
        kinds->time |= slice_is(word, "time");
    } else if (strcmp(key, "contentEncoding") == 0) {
        kinds->base16 |= slice_is(word, "base16");
        kinds->base64 |= slice_is(word, "base64");
    } else if (strcmp(key, "airbyte_type") == 0) {
        kinds->big_number |= slice_is(word, "big_number") || slice_is(word, "big_integer");
        kinds->zoned |= slice_is(word, "timestamp_with_timezone");
        kinds->unzoned |= slice_is(word, "timestamp_without_timezone");
        kinds->time |= slice_is(word, "time_without_timezone");
        kinds->zoned_time |= slice_is(word, "time_with_timezone");
        if (slice_is(word, "integer")) {
            kinds->integer = true;
            kinds->number = false;
        }
    }
}

/* WellKnownTypes.json#/definitions/Date and its like. */
static void note_reference(struct kinds *kinds, struct slice reference)
{
    static const struct {
        const char *name;
        struct kinds kinds;
    } known[] = {{"String", {.string = true}},
                 {"BinaryData", {.string = true, .base64 = true}},
                 {"Date", {.string = true, .date = true}},
                 {"TimestampWithTimezone", {.string = true, .zoned = true}},
                 {"TimestampWithoutTimezone", {.string = true, .unzoned = true}},
                 {"TimeWithTimezone", {.string = true}},
                 {"TimeWithoutTimezone", {.string = true, .time = true}},
                 {"Number", {.number = true}},
                 {"Integer", {.integer = true}},
                 {"Boolean", {.boolean = true}}};
    const char *slash = memrchr(reference.p, '/', reference.n);
    const char *name = slash ? slash + 1 : reference.p;
    struct slice last = {name, (size_t)(reference.p + reference.n - name)};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (slice_is(last, known[i].name))
            *kinds = known[i].kinds;
    }
}

static void gather(struct arena *arena, struct slice schema, int depth, struct kinds *kinds);

/* All schemas of a list: any of them may hold. */
static void gather_list(struct arena *arena, struct slice list, int depth, struct kinds *kinds)
{
    struct scan_json_members items;
    struct scan_json_member item;
    scan_json_open_array(&items, arena, list);
    while (scan_json_next(&items, &item)) {
        if (item.value.type == SCAN_JSON_STRING)
            note_type(kinds, item.value.text);
        else if (item.value.type == SCAN_JSON_OTHER)
            gather(arena, item.raw, depth + 1, kinds);
    }
}

static bool is_list(struct slice key)
{
    return slice_is(key, "type") || slice_is(key, "anyOf") || slice_is(key, "oneOf") ||
           slice_is(key, "allOf");
}

static void gather(struct arena *arena, struct slice schema, int depth, struct kinds *kinds)
{
    static const char *const words[] = {"format", "contentEncoding", "airbyte_type"};
    struct scan_json_members members;
    struct scan_json_member m;
    if (depth > ALTERNATIVES_DEPTH)
        return;
    /* Two walks: a format speaks of the type, whichever of them is written first. */
    scan_json_open(&members, arena, schema);
    while (scan_json_next(&members, &m)) {
        if (slice_is(m.key, "$ref") && m.value.type == SCAN_JSON_STRING)
            note_reference(kinds, m.value.text);
        else if (slice_is(m.key, "type") && m.value.type == SCAN_JSON_STRING)
            note_type(kinds, m.value.text);
        else if (is_list(m.key) && m.value.type == SCAN_JSON_OTHER)
            gather_list(arena, m.raw, depth, kinds);
    }
    scan_json_open(&members, arena, schema);
    while (scan_json_next(&members, &m)) {
        for (size_t i = 0; i < G_N_ELEMENTS(words) && m.value.type == SCAN_JSON_STRING; i++) {
            if (slice_is(m.key, words[i]))
                note_word(kinds, words[i], m.value.text);
        }
    }
}

static enum raw_type type_of_text(const struct kinds *k, bool decode)
{
    if (decode && (k->base16 || k->base64))
        return k->base16 ? RAW_BASE16 : RAW_BASE64;
    if (k->big_number)
        return RAW_NUMERIC;
    if (k->unzoned)
        return RAW_TIMESTAMP;
    if (k->zoned || k->date_time)
        return RAW_TIMESTAMPTZ;
    if (k->date)
        return RAW_DATE;
    return k->time && !k->zoned_time ? RAW_TIME : RAW_TEXT; /* with an offset it stays as written */
}

/* One column type for all kinds a field may take: exact first, then as narrow as it can be. */
static enum raw_type type_of(const struct kinds *k, bool decode)
{
    bool numeric = k->integer || k->number;
    if (k->nested || (!k->string && !numeric && !k->boolean) || (k->boolean && numeric))
        return RAW_JSONB;
    if (k->string)
        return numeric || k->boolean ? RAW_TEXT : type_of_text(k, decode);
    if (k->boolean)
        return RAW_BOOLEAN;
    return k->number ? RAW_NUMERIC : RAW_BIGINT;
}

static bool read_properties(struct arena *arena, struct slice text, bool decode,
                            struct json_schema *out, GError **err)
{
    struct scan_json_members members;
    struct scan_json_member m;
    g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(struct json_schema_field));
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    scan_json_open(&members, arena, text);
    while (scan_json_next(&members, &m)) {
        struct kinds kinds = {0};
        if (m.value.type == SCAN_JSON_OTHER)
            gather(arena, m.raw, 0, &kinds);
        struct json_schema_field field = {arena_strndup(arena, m.key.p, m.key.n),
                                          type_of(&kinds, decode),
                                          kinds.date_time && !kinds.zoned && !kinds.unzoned};
        if (!g_hash_table_add(names, (gpointer)(uintptr_t)field.name))
            return err_set(err, KENKO_ERROR_INPUT, "properties: '%s' stands twice", field.name);
        g_array_append_val(fields, field);
    }
    if (members.broken)
        return err_set(err, KENKO_ERROR_INPUT, "properties: %s", members.error.message);
    out->n_fields = fields->len;
    out->field = arena_many(arena, fields->len + 1, struct json_schema_field);
    if (fields->len > 0)
        memcpy(out->field, fields->data, fields->len * sizeof *out->field);
    return true;
}

bool json_schema_names(struct arena *arena, struct slice array, bool nested, const char ***names,
                       size_t *n, GError **err)
{
    struct scan_json_members items, inner;
    struct scan_json_member item, name;
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    scan_json_open_array(&items, arena, array);
    while (scan_json_next(&items, &item)) {
        name = item;
        if (nested) {
            scan_json_open_array(&inner, arena, item.raw);
            if (!scan_json_next(&inner, &name))
                return err_set(err, KENKO_ERROR_INPUT, "want a list with the name of one field");
            if (scan_json_next(&inner, &item))
                return err_set(err, KENKO_ERROR_INPUT,
                               "a field inside of another ('%.*s' …) cannot be used here",
                               SLICE_ARGS(name.value.text));
        }
        if (name.value.type != SCAN_JSON_STRING)
            return err_set(err, KENKO_ERROR_INPUT, "want names of fields");
        g_ptr_array_add(found, arena_strndup(arena, name.value.text.p, name.value.text.n));
    }
    if (items.broken)
        return err_set(err, KENKO_ERROR_INPUT, "%s", items.error.message);
    *n = found->len;
    *names = arena_many(arena, found->len + 1, const char *);
    for (guint i = 0; i < found->len; i++)
        (*names)[i] = found->pdata[i];
    return true;
}

bool json_schema_read(struct arena *arena, struct slice text, bool decode, struct json_schema *out,
                      GError **err)
{
    *out = (struct json_schema){0};
    if (text.n == 0)
        return true;
    struct scan_json_members members;
    struct scan_json_member m;
    scan_json_open(&members, arena, text);
    while (scan_json_next(&members, &m)) {
        if (slice_is(m.key, "properties")) {
            if (!read_properties(arena, m.raw, decode, out, err))
                return false;
        } else if (slice_is(m.key, "required") && m.value.type == SCAN_JSON_OTHER &&
                   !json_schema_names(arena, m.raw, false, &out->required, &out->n_required, err)) {
            return err_context(err, "required");
        }
    }
    return !members.broken ||
           err_set(err, KENKO_ERROR_INPUT, "the schema: %s", members.error.message);
}
