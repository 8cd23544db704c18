/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sqlgen: makes typed C functions of SQL files, so that C holds no SQL text.
 *
 *     sqlgen statements STAGE DIR OUT       DIR/<stem>.sql → q_<stem>() in OUT/STAGE.{h,c}
 *     sqlgen schema MIGRATIONS VIEWS OUT    migrations and views as tables in OUT/schema.{h,c}
 *
 * A statement file begins with comment lines: what it does, its shape (one, maybe, many, none,
 * copy), then "param NAME TYPE [null] …" and "column NAME TYPE [null] …". Anything unexpected ends
 * the build with file and line. */
#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum shape { ONE, MAYBE, MANY, NONE, COPY_IN, COPY_OUT };
enum { FIELDS_MAX = 64, PARAMS_INLINE_MAX = 8 };

struct type {
    const char *sql, *constant, *c_type, *member;
    bool is_pointer; /* the C value itself says NULL */
    bool by_struct;  /* passed as const struct * */
};

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

struct field {
    char *name;
    const struct type *type;
    bool nullable;
};

struct statement {
    char *stem, *what, *text;
    enum shape shape;
    struct field param[FIELDS_MAX], column[FIELDS_MAX];
    int n_params, n_columns;
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
        if (words[1] == NULL && parse_shape(words[0], &out->shape))
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
    parse_field(file, line, words, &fields[(*count)++]);
}

static void check_placeholders(const char *file, const struct statement *s)
{
    bool used[FIELDS_MAX + 1] = {false};
    for (const char *p = s->text; *p; p++) {
        if (p[0] != '$' || !g_ascii_isdigit(p[1]))
            continue;
        int n = (int)g_ascii_strtoull(p + 1, NULL, 10);
        if (n < 1 || n > s->n_params)
            fail(file, 1, "placeholder without a param line", p);
        used[n] = true;
    }
    for (int i = 1; i <= s->n_params; i++) {
        if (!used[i])
            fail(file, 1, "param without a placeholder", s->param[i - 1].name);
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
    g_strstrip(s->text);
    size_t n = strlen(s->text);
    if (n > 0 && s->text[n - 1] == ';')
        s->text[n - 1] = '\0';
    if (strchr(s->text, ';'))
        fail(file, 1, "one statement per file", NULL);
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
    const char *name;
    while (folder && (name = g_dir_read_name(folder))) {
        if (g_str_has_suffix(name, ".sql"))
            g_ptr_array_add(names, g_strdup(name));
    }
    if (folder)
        g_dir_close(folder);
    g_ptr_array_sort(names, by_name);
    return names;
}

static void put_string(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '\n')
            g_string_append(out, p[1] ? "\\n\"\n    \"" : "\\n");
        else if (*p == '"' || *p == '\\')
            g_string_append_printf(out, "\\%c", *p);
        else if (*p == '?')
            g_string_append(out, "\\?");
        else
            g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

static const char *space(const struct type *type)
{
    return type->is_pointer ? "" : " ";
}

static void put_row_struct(GString *h, const struct statement *s)
{
    g_string_append_printf(h, "struct q_%s_row {\n", s->stem);
    for (int i = 0; i < s->n_columns; i++) {
        const struct field *f = &s->column[i];
        g_string_append_printf(h, "    %s%s%s;\n", f->type->c_type, space(f->type), f->name);
        if (f->nullable)
            g_string_append_printf(h, "    bool %s_is_null;\n", f->name);
    }
    g_string_append(h, "};\n");
    if (s->shape == MANY)
        g_string_append_printf(h,
                               "struct q_%s_rows {\n    size_t n;\n    struct q_%s_row *row;\n};\n",
                               s->stem, s->stem);
    if (s->shape == COPY_OUT)
        g_string_append_printf(h,
                               "typedef bool (*q_%s_fn)(void *context, const struct q_%s_row *row, "
                               "GError **err);\n",
                               s->stem, s->stem);
}

static bool many_params(const struct statement *s)
{
    return s->n_params > PARAMS_INLINE_MAX;
}

static void put_params_struct(GString *h, const struct statement *s)
{
    g_string_append_printf(h, "struct q_%s_params {\n", s->stem);
    for (int i = 0; i < s->n_params; i++) {
        const struct field *f = &s->param[i];
        g_string_append_printf(h, "    %s%s%s;\n", f->type->c_type, space(f->type), f->name);
        if (f->nullable && !f->type->is_pointer)
            g_string_append_printf(h, "    bool %s_is_null;\n", f->name);
    }
    g_string_append(h, "};\n");
}

static void put_params(GString *out, const struct statement *s)
{
    if (many_params(s)) {
        g_string_append_printf(out, ", const struct q_%s_params *params", s->stem);
        return;
    }
    for (int i = 0; i < s->n_params; i++) {
        const struct field *f = &s->param[i];
        bool pointer = f->type->by_struct || (f->nullable && !f->type->is_pointer);
        g_string_append_printf(out, ", %s%s%s%s", pointer ? "const " : "", f->type->c_type,
                               pointer ? " *" : space(f->type), f->name);
    }
}

static void put_signature(GString *out, const struct statement *s)
{
    const char *stem = s->stem;
    bool arena = s->shape == ONE || s->shape == MAYBE || s->shape == MANY;
    g_string_append_printf(out, "bool q_%s(%sstruct db *db", stem,
                           arena ? "struct arena *arena, " : "");
    put_params(out, s);
    if (s->shape == ONE || s->shape == MAYBE)
        g_string_append_printf(out, ", struct q_%s_row *row", stem);
    if (s->shape == MAYBE)
        g_string_append(out, ", bool *found");
    if (s->shape == MANY)
        g_string_append_printf(out, ", struct q_%s_rows *rows", stem);
    if (s->shape == NONE)
        g_string_append(out, ", int64_t *affected");
    if (s->shape == COPY_OUT)
        g_string_append_printf(out, ", q_%s_fn fn, void *context", stem);
    g_string_append(out, ", GError **err)");
}

static void put_declaration(GString *h, const struct statement *s)
{
    g_string_append_printf(h, "\n/* %s */\n", s->what);
    if (s->n_columns > 0)
        put_row_struct(h, s);
    if (many_params(s))
        put_params_struct(h, s);
    if (s->shape == COPY_IN) {
        g_string_append_printf(
            h, "MUST_USE struct db_copy *q_%s_begin(struct db *db, GError **err);\n", s->stem);
        g_string_append_printf(h,
                               "MUST_USE bool q_%s_put(struct db_copy *copy, const struct q_%s_row "
                               "*row, GError **err);\n",
                               s->stem, s->stem);
        return;
    }
    g_string_append(h, "MUST_USE ");
    put_signature(h, s);
    g_string_append(h, ";\n");
}

static void put_type_list(GString *c, const struct statement *s, const char *what,
                          const struct field *fields, int n)
{
    if (n == 0)
        return;
    g_string_append_printf(c, "static const enum db_type q_%s_%s[] = {", s->stem, what);
    for (int i = 0; i < n; i++)
        g_string_append_printf(c, "%s%s", i ? ", " : "", fields[i].type->constant);
    g_string_append(c, "};\n");
}

static void put_statement_const(GString *c, const char *stage, const struct statement *s)
{
    put_type_list(c, s, "params_t", s->param, s->n_params);
    put_type_list(c, s, "columns_t", s->column, s->n_columns);
    g_string_append_printf(c, "static const struct db_statement q_%s_s = {\"%s.%s\",\n    ",
                           s->stem, stage, s->stem);
    put_string(c, s->text);
    g_string_append_printf(c, ",\n    %d, %d, ", s->n_params, s->n_columns);
    if (s->n_params)
        g_string_append_printf(c, "q_%s_params_t, ", s->stem);
    else
        g_string_append(c, "NULL, ");
    if (s->n_columns)
        g_string_append_printf(c, "q_%s_columns_t};\n", s->stem);
    else
        g_string_append(c, "NULL};\n");
}

/* Copies decoded columns into the row struct. */
static void put_decoder(GString *c, const struct statement *s)
{
    g_string_append_printf(
        c,
        "static void q_%s_decode(const struct db_value *v, struct q_%s_row *row)\n"
        "{\n    *row = (struct q_%s_row){0};\n",
        s->stem, s->stem, s->stem);
    for (int i = 0; i < s->n_columns; i++) {
        const struct field *f = &s->column[i];
        if (f->nullable)
            g_string_append_printf(c, "    row->%s_is_null = v[%d].is_null;\n", f->name, i);
        g_string_append_printf(c, "    if (!v[%d].is_null)\n        row->%s = v[%d].as.%s;\n", i,
                               f->name, i, f->type->member);
        if (!f->nullable)
            g_string_append_printf(c, "    else\n        BUG(\"%s: column %s is null\");\n",
                                   s->stem, f->name);
    }
    g_string_append(c, "}\n");
}

static void put_values(GString *c, const struct statement *s)
{
    g_string_append_printf(c, "    struct db_value v[%d];\n    memset(v, 0, sizeof v);\n",
                           s->n_params ? s->n_params : 1);
    for (int i = 0; i < s->n_params; i++) {
        const struct field *f = &s->param[i];
        bool inline_ = !many_params(s);
        const char *dot = inline_ ? "" : "params->";
        bool pointer = inline_ && (f->type->by_struct || (f->nullable && !f->type->is_pointer));
        if (pointer)
            g_string_append_printf(c,
                                   "    if (%s)\n        v[%d].as.%s = *%s;\n    else\n"
                                   "        v[%d].is_null = true;\n",
                                   f->name, i, f->type->member, f->name, i);
        else
            g_string_append_printf(c, "    v[%d].as.%s = %s%s;\n", i, f->type->member, dot,
                                   f->name);
        if (f->type->is_pointer)
            g_string_append_printf(c, "    v[%d].is_null = !%s%s;\n", i, dot, f->name);
        else if (f->nullable && !inline_)
            g_string_append_printf(c, "    v[%d].is_null = params->%s_is_null;\n", i, f->name);
    }
}

static void put_query_body(GString *c, const struct statement *s)
{
    put_values(c, s);
    const char *stem = s->stem;
    if (s->shape == NONE) {
        g_string_append_printf(
            c, "    return db_run(NULL, db, &q_%s_s, v, NULL, NULL, affected, err);\n", stem);
    } else if (s->shape == COPY_OUT) {
        g_string_append_printf(c,
                               "    struct q_%s_sink sink = {fn, context};\n"
                               "    return db_copy_out(db, &q_%s_s, v, q_%s_pass, &sink, err);\n",
                               stem, stem, stem);
    } else {
        g_string_append_printf(
            c,
            "    GArray *found_rows = g_array_new(FALSE, FALSE, sizeof(struct "
            "q_%s_row));\n"
            "    bool ok = db_run(arena, db, &q_%s_s, v, q_%s_collect, found_rows, "
            "NULL, err);\n",
            stem, stem, stem);
        if (s->shape == MANY)
            g_string_append_printf(
                c,
                "    if (ok) {\n        rows->n = found_rows->len;\n"
                "        rows->row = arena_many(arena, rows->n + 1, struct q_%s_row);\n"
                "        if (rows->n)\n            memcpy(rows->row, found_rows->data, "
                "rows->n * sizeof *rows->row);\n    }\n",
                stem);
        else if (s->shape == MAYBE)
            g_string_append_printf(
                c,
                "    if (ok && found_rows->len > 1)\n        BUG(\"%s: %%u rows, want at "
                "most one\", found_rows->len);\n"
                "    if (ok)\n        *found = found_rows->len == 1;\n"
                "    if (ok && *found)\n        *row = g_array_index(found_rows, struct "
                "q_%s_row, 0);\n",
                stem, stem);
        else
            g_string_append_printf(
                c,
                "    if (ok && found_rows->len != 1)\n        ok = err_set(err, "
                "KENKO_ERROR_BUG, \"%s: %%u rows, want one\", found_rows->len);\n"
                "    if (ok)\n        *row = g_array_index(found_rows, struct q_%s_row, "
                "0);\n",
                stem, stem);
        g_string_append(c, "    g_array_free(found_rows, TRUE);\n    return ok;\n");
    }
}

static void put_helpers(GString *c, const struct statement *s)
{
    const char *stem = s->stem;
    if (s->shape == COPY_OUT)
        g_string_append_printf(
            c,
            "struct q_%s_sink {\n    q_%s_fn fn;\n    void *context;\n};\n"
            "static bool q_%s_pass(void *context, const struct db_value *v, GError **err)\n{\n"
            "    struct q_%s_sink *sink = context;\n    struct q_%s_row row;\n"
            "    q_%s_decode(v, &row);\n    return sink->fn(sink->context, &row, err);\n}\n",
            stem, stem, stem, stem, stem, stem);
    else if (s->shape != NONE)
        g_string_append_printf(c,
                               "static void q_%s_collect(void *context, struct arena *arena, const "
                               "struct db_value *v)\n{\n"
                               "    struct q_%s_row row;\n    q_%s_decode(v, &row);\n"
                               "    g_array_append_val((GArray *)context, row);\n}\n",
                               stem, stem, stem);
}

static void put_copy_in(GString *c, const struct statement *s)
{
    g_string_append_printf(c,
                           "struct db_copy *q_%s_begin(struct db *db, GError **err)\n{\n"
                           "    return db_copy_in(db, &q_%s_s, err);\n}\n"
                           "bool q_%s_put(struct db_copy *copy, const struct q_%s_row *row, GError "
                           "**err)\n{\n    struct db_value v[%d];\n",
                           s->stem, s->stem, s->stem, s->stem, s->n_columns);
    for (int i = 0; i < s->n_columns; i++) {
        const struct field *f = &s->column[i];
        g_string_append_printf(c, "    v[%d].as.%s = row->%s;\n", i, f->type->member, f->name);
        if (f->nullable)
            g_string_append_printf(c, "    v[%d].is_null = row->%s_is_null;\n", i, f->name);
        else
            g_string_append_printf(c, "    v[%d].is_null = false;\n", i);
    }
    g_string_append(c, "    return db_copy_row(copy, v, err);\n}\n");
}

static void put_definition(GString *c, const char *stage, const struct statement *s)
{
    g_string_append_c(c, '\n');
    put_statement_const(c, stage, s);
    if (s->shape == COPY_IN) {
        put_copy_in(c, s);
        return;
    }
    if (s->n_columns)
        put_decoder(c, s);
    put_helpers(c, s);
    put_signature(c, s);
    g_string_append(c, "\n{\n");
    put_query_body(c, s);
    g_string_append(c, "}\n");
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
    GString *h = g_string_new("/* Made by sqlgen. */\n#pragma once\n#include \"core/db.h\"\n");
    GString *c = g_string_new("/* Made by sqlgen. */\n#include <string.h>\n");
    g_string_append_printf(c, "#include \"sql/%s.h\"\n", stage);
    GString *list = g_string_new(NULL);
    g_autoptr(GPtrArray) names = list_sql(dir);
    for (guint i = 0; i < names->len; i++) {
        struct statement *s = parse_statement(dir, names->pdata[i]);
        put_declaration(h, s);
        put_definition(c, stage, s);
        g_string_append_printf(list, "    &q_%s_s,\n", s->stem);
    }
    g_string_append_printf(h,
                           "\nextern const struct db_statement *const %s_statements[];\n"
                           "extern const size_t %s_statements_count;\n",
                           stage, stage);
    g_string_append_printf(c,
                           "\nconst struct db_statement *const %s_statements[] = {\n%s    NULL};\n"
                           "const size_t %s_statements_count = %u;\n",
                           stage, list->str, stage, names->len);
    g_string_free(list, TRUE);
    write_file(out, stage, ".h", h);
    write_file(out, stage, ".c", c);
}

static void put_schema_table(GString *c, const char *what, const char *dir)
{
    g_autoptr(GPtrArray) names = list_sql(dir);
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
        put_string(c, body);
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
