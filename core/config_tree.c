/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/config_tree.h"

#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "core/text.h"

enum { DEPTH_MAX = 32, VALUES_MAX = 1000000 };

struct anchor {
    const struct config_node *node;
    size_t values; /* below it, aliases followed */
};

struct builder {
    struct arena *arena;
    const char *file, *text;
    yaml_parser_t parser;
    GString *path; /* of what is being read */
    GHashTable *anchors;
    size_t values; /* read so far, aliases followed */
    int depth;
    GError **err;
};

PRINTF_LIKE(4, 5)
static bool refuse(struct builder *b, size_t line, size_t column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    return err_set(b->err, KENKO_ERROR_CONFIG, "%s:%zu:%zu: %s%s%s", b->file, line + 1, column + 1,
                   what, b->path->len ? " in " : "", b->path->str);
}

/* Where libyaml's reader, which counts bytes only, met a character it does not take. */
static bool refuse_character(struct builder *b)
{
    size_t line = 0, column = 0;
    for (size_t i = 0; i < b->parser.problem_offset && b->text[i]; i++) {
        bool first_byte = ((unsigned char)b->text[i] & 0xc0) != 0x80;
        column = b->text[i] == '\n' ? 0 : column + first_byte;
        line += b->text[i] == '\n';
    }
    return refuse(b, line, column, "the character U+%04X is not allowed",
                  (unsigned)b->parser.problem_value);
}

static bool next(struct builder *b, yaml_event_t *event)
{
    if (yaml_parser_parse(&b->parser, event))
        return true;
    const yaml_parser_t *p = &b->parser;
    if (p->error == YAML_READER_ERROR)
        return refuse_character(b);
    const char *problem = p->problem ? p->problem : "not understood";
    const yaml_mark_t *at = &p->problem_mark, *from = &p->context_mark;
    if (p->context && (from->line != at->line || from->column != at->column))
        return refuse(b, at->line, at->column, "not YAML: %s %s that begins at %zu:%zu", problem,
                      p->context, from->line + 1, from->column + 1);
    bool tab = strstr(problem, "cannot start any token") && p->buffer.pointer[0] == '\t';
    return refuse(b, at->line, at->column, "not YAML: %s%s", problem,
                  tab ? " (a tab; want spaces)" : "");
}

static bool count_values(struct builder *b, const yaml_event_t *event, size_t more)
{
    b->values += more;
    return b->values <= VALUES_MAX || refuse(b, event->start_mark.line, event->start_mark.column,
                                             "more than %d values, aliases followed", VALUES_MAX);
}

static bool follow(struct builder *b, const yaml_event_t *event, const struct config_node **out)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct anchor *anchor = g_hash_table_lookup(b->anchors, name);
    if (!anchor)
        return refuse(b, event->start_mark.line, event->start_mark.column,
                      "the alias *%s has no anchor &%s before it", name, name);
    *out = anchor->node;
    return count_values(b, event, anchor->values);
}

static bool check_tag(struct builder *b, const yaml_event_t *event, const yaml_char_t *tag)
{
    return !tag || refuse(b, event->start_mark.line, event->start_mark.column,
                          "the tag %s is not understood", (const char *)tag);
}

static bool take_text(struct builder *b, const yaml_event_t *event, const char **out)
{
    const char *text = (const char *)event->data.scalar.value;
    if (strlen(text) != event->data.scalar.length)
        return refuse(b, event->start_mark.line, event->start_mark.column, "a text holds NUL");
    *out = arena_strdup(b->arena, text);
    return check_tag(b, event, event->data.scalar.tag);
}

static bool read_node(struct builder *b, const yaml_event_t *event, const struct config_node **out);

/* Read the value that `entry` stands for; `event` is its first. */
static bool read_value(struct builder *b, const yaml_event_t *event, struct config_entry *entry,
                       size_t index)
{
    size_t length = b->path->len;
    if (!entry->key)
        g_string_append_printf(b->path, "[%zu]", index);
    else
        g_string_append_printf(b->path, "%s%s", length ? "." : "", entry->key);
    if (!read_node(b, event, &entry->value))
        return false;
    g_string_truncate(b->path, length);
    return true;
}

static bool read_key(struct builder *b, const yaml_event_t *event, GHashTable *seen,
                     struct config_entry *entry)
{
    entry->line = (int)event->start_mark.line + 1;
    entry->column = (int)event->start_mark.column + 1;
    if (event->type != YAML_SCALAR_EVENT)
        return refuse(b, event->start_mark.line, event->start_mark.column, "a key is not a word");
    if (!take_text(b, event, &entry->key))
        return false;
    const struct config_entry *before = g_hash_table_lookup(seen, entry->key);
    if (before)
        return refuse(b, event->start_mark.line, event->start_mark.column,
                      "the key '%s' stands twice (first at %d:%d)", entry->key, before->line,
                      before->column);
    struct config_entry *kept = arena_one(b->arena, struct config_entry);
    *kept = *entry;
    g_hash_table_insert(seen, (gpointer)(uintptr_t)kept->key, kept);
    return true;
}

static bool read_entries(struct builder *b, struct config_node *node, GArray *entries,
                         GHashTable *seen)
{
    yaml_event_type_t end =
        node->kind == CONFIG_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    for (;;) {
        yaml_event_t event;
        if (!next(b, &event))
            return false;
        if (event.type == end) {
            yaml_event_delete(&event);
            return true;
        }
        struct config_entry entry = {0};
        bool ok = true;
        if (node->kind == CONFIG_MAP) {
            ok = read_key(b, &event, seen, &entry);
            yaml_event_delete(&event);
            if (!ok || !next(b, &event))
                return false;
        }
        ok = read_value(b, &event, &entry, entries->len);
        yaml_event_delete(&event);
        if (!ok)
            return false;
        g_array_append_val(entries, entry);
    }
}

static bool read_collection(struct builder *b, const yaml_event_t *event, struct config_node *node)
{
    if (b->depth >= DEPTH_MAX)
        return refuse(b, event->start_mark.line, event->start_mark.column, "nested deeper than %d",
                      DEPTH_MAX);
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(struct config_entry));
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    b->depth++;
    if (!read_entries(b, node, entries, seen))
        return false;
    b->depth--;
    struct config_entry *entry = arena_many(b->arena, entries->len, struct config_entry);
    if (entries->len)
        memcpy(entry, entries->data, entries->len * sizeof *entry);
    node->entry = entry;
    node->n = entries->len;
    return true;
}

static bool read_node(struct builder *b, const yaml_event_t *event, const struct config_node **out)
{
    if (event->type == YAML_ALIAS_EVENT)
        return follow(b, event, out);
    if (!count_values(b, event, 1))
        return false;
    size_t before = b->values - 1;
    struct config_node *node = arena_one(b->arena, struct config_node);
    node->line = (int)event->start_mark.line + 1;
    node->column = (int)event->start_mark.column + 1;
    const yaml_char_t *name;
    bool ok;
    if (event->type == YAML_SCALAR_EVENT) {
        name = event->data.scalar.anchor;
        ok = take_text(b, event, &node->text);
    } else {
        bool map = event->type == YAML_MAPPING_START_EVENT;
        node->kind = map ? CONFIG_MAP : CONFIG_LIST;
        name = map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
        ok = check_tag(b, event,
                       map ? event->data.mapping_start.tag : event->data.sequence_start.tag) &&
             read_collection(b, event, node);
    }
    if (!ok)
        return false;
    if (name) {
        struct anchor *anchor = arena_one(b->arena, struct anchor);
        *anchor = (struct anchor){node, b->values - before};
        g_hash_table_insert(b->anchors, arena_strdup(b->arena, (const char *)name), anchor);
    }
    *out = node;
    return true;
}

/* stream start, then one document or none, then the end */
static bool read_stream(struct builder *b, const struct config_node **root)
{
    *root = NULL;
    for (;;) {
        yaml_event_t event;
        if (!next(b, &event))
            return false;
        bool ok = true, end = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT && *root)
            ok = refuse(b, event.start_mark.line, event.start_mark.column,
                        "a second document begins here, want one");
        else if (event.type == YAML_SCALAR_EVENT || event.type == YAML_MAPPING_START_EVENT ||
                 event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_ALIAS_EVENT)
            ok = read_node(b, &event, root);
        yaml_event_delete(&event);
        if (!ok || end)
            return ok;
    }
}

bool config_tree_parse(struct arena *arena, const char *file, const char *text,
                       const struct config_node **out, GError **err)
{
    struct builder b = {.arena = arena, .file = file, .text = text, .err = err};
    if (!yaml_parser_initialize(&b.parser))
        BUG("out of memory");
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, strlen(text));
    b.path = g_string_new(NULL);
    b.anchors = g_hash_table_new(g_str_hash, g_str_equal);
    const struct config_node *root;
    bool ok = read_stream(&b, &root);
    yaml_parser_delete(&b.parser);
    g_string_free(b.path, TRUE);
    g_hash_table_destroy(b.anchors);
    if (ok)
        *out = root;
    return ok;
}

/* The entry that the first step of `path` names, and the rest of the path. */
static const struct config_entry *step(const struct config_node *node, const char **path)
{
    const char *p = *path;
    if (*p == '[') {
        char *end;
        guint64 index = g_ascii_strtoull(p + 1, &end, 10);
        *path = *end == ']' ? end + 1 : end;
        return node->kind == CONFIG_LIST && index < node->n ? &node->entry[index] : NULL;
    }
    p += *p == '.';
    size_t length = strcspn(p, ".[");
    *path = p + length;
    for (size_t i = 0; node->kind == CONFIG_MAP && i < node->n; i++) {
        if (strlen(node->entry[i].key) == length && strncmp(node->entry[i].key, p, length) == 0)
            return &node->entry[i];
    }
    return NULL;
}

void config_tree_place(const struct config_node *root, const char *path, int *line, int *column)
{
    *line = root->line;
    *column = root->column;
    for (const struct config_node *node = root; *path;) {
        const struct config_entry *entry = step(node, &path);
        if (!entry)
            return;
        node = entry->value;
        *line = node->line;
        *column = node->column;
    }
}

/* What JSON writes as a string YAML reads as the same one. */
static void write_text(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    text_json(out, text);
    g_string_append_c(out, '"');
}

void config_tree_write(GString *out, const struct config_node *node)
{
    if (node->kind == CONFIG_TEXT) {
        write_text(out, node->text);
        return;
    }
    g_string_append_c(out, node->kind == CONFIG_MAP ? '{' : '[');
    for (size_t i = 0; i < node->n; i++) {
        g_string_append(out, i ? ", " : "");
        if (node->kind == CONFIG_MAP) {
            write_text(out, node->entry[i].key);
            g_string_append(out, ": ");
        }
        config_tree_write(out, node->entry[i].value);
    }
    g_string_append_c(out, node->kind == CONFIG_MAP ? '}' : ']');
}
