/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pogen LANGUAGE.po … DIRECTORY: message catalogues become DIRECTORY/message_table.h and .c. The
 * first catalogue is the measure: every message is in every catalogue, with the same {places}.
 * Entries of the context "config" translate words of configurations; they stand in any catalogue
 * but the first. */
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMS_MAX = 2, LANGUAGES_MAX = 8 };

struct entry {
    char *context, *id, *text[FORMS_MAX];
    int line;
};

struct catalogue {
    char *path, *language;
    GPtrArray *entries;   /* in the file's order */
    GHashTable *messages; /* id → entry */
};

static const char *current_path;
static int current_line;

static void fail(const char *what, const char *which) G_GNUC_NORETURN;
static void fail(const char *what, const char *which)
{
    fprintf(stderr, "%s:%d: %s%s%s\n", current_path, current_line, what, which ? ": " : "",
            which ? which : "");
    exit(1);
}

/* The text between the quotes, unescaped. */
static char *unquote(const char *line)
{
    const char *open = strchr(line, '"'), *close = strrchr(line, '"');
    if (!open || close == open)
        fail("want a text in quotes", line);
    g_autofree char *inner = g_strndup(open + 1, (size_t)(close - open - 1));
    return g_strcompress(inner);
}

static void append(char **to, const char *line)
{
    g_autofree char *more = unquote(line), *old = *to;
    *to = g_strconcat(old ? old : "", more, NULL);
}

static void finish(struct catalogue *c, struct entry *e)
{
    if (!e->id)
        return;
    current_line = e->line;
    if (*e->id == '\0') { /* the header */
        *e = (struct entry){0};
        return;
    }
    if (!e->text[0] || *e->text[0] == '\0')
        fail("is not translated", e->id);
    if (!e->context && !g_hash_table_insert(c->messages, e->id, NULL))
        fail("stands twice", e->id);
    struct entry *kept = g_new(struct entry, 1);
    *kept = *e;
    g_ptr_array_add(c->entries, kept);
    if (!e->context)
        g_hash_table_replace(c->messages, kept->id, kept);
    *e = (struct entry){0};
}

/* The field that a line begins, or NULL: the line goes on with the last one. */
static char **field_of(struct catalogue *c, struct entry *e, const char *line)
{
    if (g_str_has_prefix(line, "msgctxt ")) {
        finish(c, e);
        return &e->context;
    }
    if (g_str_has_prefix(line, "msgid ")) {
        if (e->id)
            finish(c, e);
        e->line = current_line;
        return &e->id;
    }
    if (g_str_has_prefix(line, "msgstr ") || g_str_has_prefix(line, "msgstr[0] "))
        return &e->text[0];
    if (g_str_has_prefix(line, "msgstr[1] "))
        return &e->text[1];
    return NULL;
}

static void read_catalogue(struct catalogue *c, const char *path)
{
    g_autofree char *text = NULL, *base = g_path_get_basename(path), *ignored = NULL;
    g_autoptr(GError) err = NULL;
    struct entry entry = {0};
    char **field = NULL;
    current_path = path;
    if (!g_file_get_contents(path, &text, NULL, &err) || !g_utf8_validate(text, -1, NULL))
        fail("cannot be read as UTF-8", err ? err->message : NULL);
    *c = (struct catalogue){.path = g_strdup(path),
                            .language = g_strndup(base, strcspn(base, ".")),
                            .entries = g_ptr_array_new(),
                            .messages = g_hash_table_new(g_str_hash, g_str_equal)};
    g_auto(GStrv) line = g_strsplit(text, "\n", -1);
    for (int i = 0; line[i]; i++) {
        current_line = i + 1;
        g_strstrip(line[i]);
        if (g_str_has_prefix(line[i], "#,") && strstr(line[i], "fuzzy"))
            fail("a fuzzy translation is none", NULL);
        if (line[i][0] == '\0' || line[i][0] == '#')
            continue;
        if (g_str_has_prefix(line[i], "msgid_plural ")) {
            field = &ignored;
            continue;
        }
        char **begun = field_of(c, &entry, line[i]);
        if (!begun && line[i][0] != '"')
            fail("is no line of a catalogue", line[i]);
        field = begun ? begun : field;
        if (!field)
            fail("goes on with nothing", line[i]);
        if (field != &ignored)
            append(field, line[i]);
    }
    finish(c, &entry);
}

static int by_text(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* The {places} of a text, sorted, each once. */
static char *places(const char *text, bool without_n)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
        const char *end = strchr(at, '}');
        if (!end)
            fail("a place has no end", text);
        char *name = g_strndup(at + 1, (size_t)(end - at - 1));
        if ((without_n && strcmp(name, "n") == 0) ||
            g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
            g_free(name);
        else
            g_ptr_array_add(names, name);
    }
    g_ptr_array_sort(names, by_text);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (char **)names->pdata);
}

static void compare(const struct catalogue *measure, const struct catalogue *other)
{
    for (guint i = 0; i < measure->entries->len; i++) {
        const struct entry *e = measure->entries->pdata[i];
        const struct entry *o = g_hash_table_lookup(other->messages, e->id);
        current_path = other->path;
        current_line = o ? o->line : 0;
        if (!o)
            fail("is missing", e->id);
        for (int form = 0; form < FORMS_MAX; form++) {
            if (!o->text[form] || !e->text[0])
                continue;
            bool counted = e->text[1] != NULL;
            g_autofree char *want = places(e->text[0], counted),
                            *has = places(o->text[form], counted);
            if (strcmp(want, has) != 0)
                fail("has other places", e->id);
        }
    }
    for (guint i = 0; i < other->entries->len; i++) {
        const struct entry *o = other->entries->pdata[i];
        current_line = o->line;
        if (!o->context && !g_hash_table_lookup(measure->messages, o->id))
            fail("is a message that nobody says", o->id);
    }
}

static void put_string(FILE *out, const char *text)
{
    g_autofree char *escaped = g_strescape(text, NULL);
    fprintf(out, "\"%s\"", escaped);
}

static FILE *create(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    FILE *out = fopen(path, "w");
    current_path = path;
    if (!out)
        fail("cannot be written", NULL);
    return out;
}

static void write_header(const char *directory, const struct catalogue *c, int n)
{
    FILE *out = create(directory, "message_table.h");
    fputs("/* Made by pogen; do not edit. */\n#pragma once\n\n#include <stddef.h>\n\nenum message "
          "{\n",
          out);
    for (guint i = 0; i < c[0].entries->len; i++) {
        const struct entry *e = c[0].entries->pdata[i];
        g_autofree char *name = g_ascii_strup(e->id, -1);
        g_strdelimit(name, ".-", '_');
        fprintf(out, "    MESSAGE_%s,\n", name);
    }
    fprintf(out, "    MESSAGE_COUNT\n};\n\nenum language {\n");
    for (int i = 0; i < n; i++) {
        g_autofree char *name = g_ascii_strup(c[i].language, -1);
        fprintf(out, "    LANGUAGE_%s,\n", name);
    }
    fputs("    LANGUAGE_COUNT\n};\n\n"
          "/* Codes of the languages; texts: for one, for any other number; NULL: the same. */\n"
          "extern const char *const message_code[LANGUAGE_COUNT];\n"
          "extern const char *const message_form[LANGUAGE_COUNT][MESSAGE_COUNT][2];\n"
          "/* Words of configurations and what they are, in pairs, sorted; NULL at the end. */\n"
          "extern const char *const *const message_words[LANGUAGE_COUNT];\n",
          out);
    fclose(out);
}

static int by_id(const void *a, const void *b)
{
    const struct entry *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

static void write_words(FILE *out, const struct catalogue *c)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (guint i = 0; i < c->entries->len; i++) {
        struct entry *e = c->entries->pdata[i];
        if (e->context)
            g_ptr_array_add(words, e);
    }
    g_ptr_array_sort(words, by_id);
    fprintf(out, "static const char *const words_%s[] = {\n", c->language);
    for (guint i = 0; i < words->len; i++) {
        const struct entry *e = words->pdata[i], *last = i ? words->pdata[i - 1] : NULL;
        current_path = c->path;
        current_line = e->line;
        if (last && strcmp(last->id, e->id) == 0)
            fail("stands twice", e->id);
        put_string(out, e->id);
        fputs(", ", out);
        put_string(out, e->text[0]);
        fputs(",\n", out);
    }
    fputs("    NULL};\n", out);
}

static void write_source(const char *directory, const struct catalogue *c, int n)
{
    FILE *out = create(directory, "message_table.c");
    fputs("/* Made by pogen; do not edit. */\n#include \"reports/message_table.h\"\n\n", out);
    for (int i = 0; i < n; i++)
        write_words(out, &c[i]);
    fputs("const char *const *const message_words[] = {", out);
    for (int i = 0; i < n; i++)
        fprintf(out, "words_%s, ", c[i].language);
    fputs("};\nconst char *const message_code[] = {", out);
    for (int i = 0; i < n; i++)
        fprintf(out, "\"%s\", ", c[i].language);
    fputs("};\nconst char *const message_form[LANGUAGE_COUNT][MESSAGE_COUNT][2] = {\n", out);
    for (int i = 0; i < n; i++) {
        fputs("{\n", out);
        for (guint m = 0; m < c[0].entries->len; m++) {
            const struct entry *measure = c[0].entries->pdata[m];
            const struct entry *e = g_hash_table_lookup(c[i].messages, measure->id);
            fputs("    {", out);
            put_string(out, e->text[0]);
            fputs(", ", out);
            if (e->text[1])
                put_string(out, e->text[1]);
            else
                fputs("NULL", out);
            fputs("},\n", out);
        }
        fputs("},\n", out);
    }
    fputs("};\n", out);
    fclose(out);
}

int main(int argc, char **argv)
{
    struct catalogue catalogue[LANGUAGES_MAX];
    int n = argc - 2;
    if (n < 1 || n > LANGUAGES_MAX) {
        fputs("usage: pogen FIRST.po … DIRECTORY\n", stderr);
        return 2;
    }
    for (int i = 0; i < n; i++)
        read_catalogue(&catalogue[i], argv[i + 1]);
    for (guint i = 0; i < catalogue[0].entries->len; i++) {
        const struct entry *e = catalogue[0].entries->pdata[i];
        current_path = catalogue[0].path;
        current_line = e->line;
        if (e->context)
            fail("words of configurations are written in the first language", e->id);
    }
    for (int i = 1; i < n; i++)
        compare(&catalogue[0], &catalogue[i]);
    write_header(argv[argc - 1], catalogue, n);
    write_source(argv[argc - 1], catalogue, n);
    return 0;
}
