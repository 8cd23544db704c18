/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sqlgen: makes typed C functions of SQL files, so that C holds no SQL text.
 *
 *     sqlgen statements STAGE DIR OUT       DIR/<stem>.sql → q_<stem>() in OUT/STAGE.{h,c}
 *     sqlgen schema MIGRATIONS VIEWS OUT    migrations and views as tables in OUT/schema.{h,c}
 *
 * A statement file begins with comment lines: what it does, its shape (one, maybe, many, none,
 * copy), then "param NAME TYPE [null] …" and "column NAME TYPE [null] …". After "shown" behind the
 * shape the columns are described in a table q_<stem>_table, with the words behind them. Anything
 * unexpected ends the build with file and line. */
#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlgen.h"

static const struct type types[] = {
    {"bool", "DB_BOOL", "bool", "b", false, false},
    {"boolean", "DB_BOOL", "bool", "b", false, false},
    {"int", "DB_INT", "int32_t", "i", false, false},
    {"integer", "DB_INT", "int32_t", "i", false, false},
    {"bigint", "DB_BIGINT", "int64_t", "n", false, false},
    {"double", "DB_DOUBLE", "double", "d", false, false},
    {"text", "DB_TEXT", "const char *", "text", true, false},
    {"bytea", "DB_BYTEA", "struct slice", "bytes", false, false},
    {"date", "DB_DATE", "int32_t", "i", false, false},
    {"timestamptz", "DB_TIMESTAMPTZ", "int64_t", "n", false, false},
    {"jsonb", "DB_JSONB", "const char *", "text", true, false},
    {"int[]", "DB_INT_ARRAY", "struct db_ints", "ints", false, true},
    {"integer[]", "DB_INT_ARRAY", "struct db_ints", "ints", false, true},
    {"bigint[]", "DB_BIGINT_ARRAY", "struct db_bigints", "bigints", false, true},
    {"double[]", "DB_DOUBLE_ARRAY", "struct db_doubles", "doubles", false, true},
    {"text[]", "DB_TEXT_ARRAY", "struct db_texts", "texts", false, true},
    {"date[]", "DB_DATE_ARRAY", "struct db_dates", "dates", false, true},
};

static _Noreturn void fail(const char *file, int line, const char *what, const char *detail)
{
    fprintf(stderr, "%s:%d: %s%s%s\n", file, line, what, detail ? ": " : "", detail ? detail : "");
    exit(1);
}

static const struct type *type_by_name(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strcmp(types[i].sql, name) == 0)
            return &types[i];
    }
    return NULL;
}

/* The n-th word that is not empty, counted from 0. */
static char *word(char **words, int n)
{
    for (; *words; words++) {
        if (**words && n-- == 0)
            return *words;
    }
    return NULL;
}

static void parse_field(const char *file, int line, char **words, struct field *out)
{
    char *name = word(words, 1), *sql = word(words, 2), *null = word(words, 3);
    if (!name || !sql)
        fail(file, line, "want 'param NAME TYPE' or 'column NAME TYPE'", NULL);
    out->type = type_by_name(sql);
    if (!out->type)
        fail(file, line, "unknown type", sql);
    out->nullable = null && strcmp(null, "null") == 0;
    g_autoptr(GString) said = g_string_new(NULL);
    for (int i = out->nullable ? 4 : 3; word(words, i); i++)
        g_string_append_printf(said, "%s%s", said->len ? " " : "", word(words, i));
    out->words = g_strdup(said->str);
    out->line = line;
    out->name = g_strdup(name);
}

static bool parse_shape(const char *word, enum shape *out)
{
    static const char *const names[] = {"one", "maybe", "many", "none", "copy"};
    for (int i = 0; i < 5; i++) {
        if (strcmp(word, names[i]) == 0) {
            *out = (enum shape)i;
            return true;
        }
    }
    return false;
}

/* One comment line of the header. */
static void parse_header_line(const char *file, int line, const char *text, bool *has_shape,
                              struct statement *out)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    if (!words[0])
        return;
    if (!*has_shape) {
        out->shown = g_strcmp0(words[1], "shown") == 0;
        if ((words[1] == NULL || (out->shown && !words[2])) && parse_shape(words[0], &out->shape))
            *has_shape = true;
        else if (!out->what)
            out->what = g_strdup(text);
        return;
    }
    bool is_param = strcmp(words[0], "param") == 0;
    if (!is_param && strcmp(words[0], "column") != 0)
        fail(file, line, "after the shape only param and column lines may follow", text);
    int *count = is_param ? &out->n_params : &out->n_columns;
    struct field *fields = is_param ? out->param : out->column;
    if (*count == FIELDS_MAX)
        fail(file, line, "too many fields", NULL);
    parse_field(file, line, words, &fields[*count]);
    for (int i = 0; i < *count; i++) {
        if (strcmp(fields[i].name, fields[*count].name) == 0)
            fail(file, line, "the name is there twice", fields[i].name);
    }
    ++*count;
}

/* The line of the file in which `at`, a place in the statement's text, stands. */
static int line_of(const struct statement *s, const char *at)
{
    int line = s->text_line;
    for (const char *p = s->text; p < at; p++)
        line += *p == '\n';
    return line;
}

static void check_placeholders(const char *file, const struct statement *s)
{
    bool used[FIELDS_MAX + 1] = {false};
    for (const char *p = s->text; *p; p++) {
        if (p[0] != '$' || !g_ascii_isdigit(p[1]))
            continue;
        char *end;
        guint64 n = g_ascii_strtoull(p + 1, &end, 10);
        g_autofree char *shown = g_strndup(p, (gsize)(end - p));
        if (n < 1 || n > (guint64)s->n_params)
            fail(file, line_of(s, p), "placeholder without a param line", shown);
        if (!g_str_has_prefix(end, "::"))
            fail(file, line_of(s, p), "want a cast where it is used, as in $1::date", shown);
        used[n] = true;
    }
    for (int i = 1; i <= s->n_params; i++) {
        if (!used[i])
            fail(file, s->param[i - 1].line, "param without a placeholder", s->param[i - 1].name);
    }
}

/* COPY takes no parameters: $n::type becomes current_setting('kenko.pn')::type. */
static char *copy_text(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p; p++) {
        if (p[0] == '$' && g_ascii_isdigit(p[1])) {
            char *end;
            guint64 n = g_ascii_strtoull(p + 1, &end, 10);
            g_string_append_printf(out, "current_setting('kenko.p%u')", (unsigned)n);
            p = end - 1;
        } else {
            g_string_append_c(out, *p);
        }
    }
    return g_string_free(out, FALSE);
}

static void finish_statement(const char *file, struct statement *s)
{
    g_strchomp(s->text);
    size_t n = strlen(s->text);
    if (n > 0 && s->text[n - 1] == ';')
        s->text[n - 1] = '\0';
    const char *second = strchr(s->text, ';');
    if (second)
        fail(file, line_of(s, second), "one statement per file", NULL);
    if (!*s->text)
        fail(file, 1, "there is no statement", NULL);
    check_placeholders(file, s);
    if (s->shape == COPY_IN) {
        if (strstr(s->text, "TO STDOUT"))
            s->shape = COPY_OUT;
        else if (s->n_params > 0)
            fail(file, 1, "COPY FROM takes no params", NULL);
        char *text = copy_text(s->text);
        g_free(s->text);
        s->text = text;
    }
    bool wants_columns = s->shape != NONE;
    if (wants_columns != (s->n_columns > 0))
        fail(file, 1, wants_columns ? "column lines are missing" : "a none has no columns", NULL);
}

static struct statement *parse_statement(const char *dir, const char *name)
{
    g_autofree char *file = g_build_filename(dir, name, NULL);
    g_autofree char *body = NULL;
    if (!g_file_get_contents(file, &body, NULL, NULL))
        fail(file, 1, "cannot read", NULL);
    struct statement *s = g_new0(struct statement, 1);
    s->stem = g_strndup(name, strlen(name) - 4);
    bool has_shape = false;
    GString *text = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(body, "\n", -1);
    for (int i = 0; lines[i]; i++) {
        if (text->len == 0 && g_str_has_prefix(lines[i], "--")) {
            char *start = lines[i] + 2;
            parse_header_line(file, i + 1, g_strstrip(start), &has_shape, s);
        } else if (*lines[i] || text->len) {
            if (text->len == 0)
                s->text_line = i + 1;
            g_string_append_printf(text, "%s\n", lines[i]);
        }
    }
    if (!has_shape)
        fail(file, 1, "want a shape line: one, maybe, many, none or copy", NULL);
    if (!s->what)
        fail(file, 1, "the first line says what the statement does", NULL);
    s->text = g_string_free(text, FALSE);
    finish_statement(file, s);
    return s;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *list_sql(const char *dir)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *folder = g_dir_open(dir, 0, NULL);
    if (!folder)
        fail(dir, 0, "cannot read the directory", NULL);
    const char *name;
    while ((name = g_dir_read_name(folder))) {
        if (g_str_has_suffix(name, ".sql"))
            g_ptr_array_add(names, g_strdup(name));
    }
    g_dir_close(folder);
    g_ptr_array_sort(names, by_name);
    return names;
}

static void write_file(const char *dir, const char *stem, const char *suffix, GString *text)
{
    g_autofree char *name = g_strconcat(stem, suffix, NULL);
    g_autofree char *path = g_build_filename(dir, name, NULL);
    if (!g_file_set_contents(path, text->str, (gssize)text->len, NULL))
        fail(path, 1, "cannot write", NULL);
    g_string_free(text, TRUE);
}

static void make_statements(const char *stage, const char *dir, const char *out)
{
    GString *h =
        g_string_new("/* Made by sqlgen. */\n#pragma once\n#include \"core/db_table.h\"\n");
    GString *c = g_string_new("/* Made by sqlgen. */\n#include <stddef.h>\n#include <string.h>\n");
    g_string_append_printf(c, "#include \"sql/%s.h\"\n", stage);
    GString *list = g_string_new(NULL), *queries = g_string_new(NULL);
    g_autoptr(GPtrArray) names = list_sql(dir);
    for (guint i = 0; i < names->len; i++) {
        struct statement *s = parse_statement(dir, names->pdata[i]);
        sqlgen_put_declaration(h, s);
        sqlgen_put_definition(c, stage, s);
        g_string_append_printf(list, "    &q_%s_s,\n", s->stem);
        if (s->shown)
            sqlgen_put_query(queries, s);
    }
    g_string_append_printf(h,
                           "\nextern const struct db_statement *const %s_statements[];\n"
                           "extern const size_t %s_statements_count;\n"
                           "extern const struct db_query %s_queries[]; /* shown; the last is NULL "
                           "*/\n",
                           stage, stage, stage);
    g_string_append_printf(c,
                           "\nconst struct db_statement *const %s_statements[] = {\n%s    NULL};\n"
                           "const size_t %s_statements_count = %u;\n",
                           stage, list->str, stage, names->len);
    g_string_append_printf(c, "\nconst struct db_query %s_queries[] = {\n%s    {0}};\n", stage,
                           queries->str);
    g_string_free(list, TRUE);
    g_string_free(queries, TRUE);
    write_file(out, stage, ".h", h);
    write_file(out, stage, ".c", c);
}

/* Of two migrations with one number the second would never run. */
static void check_numbers(const char *dir, const GPtrArray *names)
{
    for (guint i = 1; i < names->len; i++) {
        const char *name = names->pdata[i], *before = names->pdata[i - 1];
        if (!g_ascii_isdigit(*name) ||
            g_ascii_strtoull(name, NULL, 10) > g_ascii_strtoull(before, NULL, 10))
            continue;
        g_autofree char *path = g_build_filename(dir, name, NULL);
        fail(path, 1, "the number is not above that of the file before it", before);
    }
}

static void put_schema_table(GString *c, const char *what, const char *dir)
{
    g_autoptr(GPtrArray) names = list_sql(dir);
    if (strcmp(what, "migrations") == 0)
        check_numbers(dir, names);
    g_string_append_printf(c, "\nconst struct schema_file schema_%s[] = {\n", what);
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        g_autofree char *path = g_build_filename(dir, name, NULL);
        g_autofree char *body = NULL;
        if (!g_ascii_isdigit(*name))
            fail(path, 1, "the name must begin with a number", NULL);
        if (!g_file_get_contents(path, &body, NULL, NULL))
            fail(path, 1, "cannot read", NULL);
        g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, body, -1);
        g_string_append_printf(c, "    {%d, \"%s\", \"%s\",\n    ",
                               (int)g_ascii_strtoull(name, NULL, 10), name, sha);
        sqlgen_put_string(c, body);
        g_string_append(c, "},\n");
    }
    g_string_append_printf(c, "    {0, NULL, NULL, NULL}};\nconst size_t schema_%s_count = %u;\n",
                           what, names->len);
}

static void make_schema(const char *migrations, const char *views, const char *out)
{
    GString *h = g_string_new(
        "/* Made by sqlgen. */\n#pragma once\n#include <stddef.h>\n"
        "struct schema_file {\n    int number;\n    const char *name, *sha256, *text;\n};\n"
        "extern const struct schema_file schema_migrations[], schema_views[];\n"
        "extern const size_t schema_migrations_count, schema_views_count;\n");
    GString *c = g_string_new("/* Made by sqlgen. */\n#include \"sql/schema.h\"\n");
    put_schema_table(c, "migrations", migrations);
    put_schema_table(c, "views", views);
    write_file(out, "schema", ".h", h);
    write_file(out, "schema", ".c", c);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "statements") == 0)
        make_statements(argv[2], argv[3], argv[4]);
    else if (argc == 5 && strcmp(argv[1], "schema") == 0)
        make_schema(argv[2], argv[3], argv[4]);
    else
        fail("sqlgen", 0,
             "usage: sqlgen statements STAGE DIR OUT | sqlgen schema MIGRATIONS VIEWS OUT", NULL);
    return 0;
}
