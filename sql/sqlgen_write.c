/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The C that sqlgen makes of a statement. */
#include "sqlgen.h"

void sqlgen_put_string(GString *out, const char *text)
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

void sqlgen_put_declaration(GString *h, const struct statement *s)
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
    if (s->shown)
        g_string_append_printf(h, "extern const struct db_table q_%s_table;\n", s->stem);
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
    sqlgen_put_string(c, s->text);
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

/* The parameters as data; they have no place anywhere. */
static void put_param_table(GString *c, const struct statement *s)
{
    if (s->n_params == 0)
        return;
    g_string_append_printf(c, "static const struct db_column q_%s_asked[] = {\n", s->stem);
    for (int i = 0; i < s->n_params; i++) {
        const struct field *f = &s->param[i];
        g_string_append_printf(c, "    {\"%s\", %s, 0, %s, ", f->name, f->type->constant,
                               f->nullable ? "0" : "SIZE_MAX");
        sqlgen_put_string(c, f->words);
        g_string_append(c, "},\n");
    }
    g_string_append(c, "};\n");
}

/* The columns as data: names, types, places in the row struct, words. */
static void put_table(GString *c, const struct statement *s)
{
    put_param_table(c, s);
    g_string_append_printf(c, "static const struct db_column q_%s_described[] = {\n", s->stem);
    for (int i = 0; i < s->n_columns; i++) {
        const struct field *f = &s->column[i];
        g_string_append_printf(c, "    {\"%s\", %s, offsetof(struct q_%s_row, %s), ", f->name,
                               f->type->constant, s->stem, f->name);
        if (f->nullable)
            g_string_append_printf(c, "offsetof(struct q_%s_row, %s_is_null), ", s->stem, f->name);
        else
            g_string_append(c, "SIZE_MAX, ");
        sqlgen_put_string(c, f->words);
        g_string_append(c, "},\n");
    }
    g_string_append_printf(c,
                           "};\nconst struct db_table q_%s_table = {\"%s\", %d, sizeof(struct "
                           "q_%s_row), q_%s_described};\n",
                           s->stem, s->stem, s->n_columns, s->stem, s->stem);
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

void sqlgen_put_query(GString *c, const struct statement *s)
{
    g_string_append(c, "    {");
    sqlgen_put_string(c, s->what);
    g_string_append_printf(c, ", &q_%s_s, &q_%s_table, %d, ", s->stem, s->stem, s->n_params);
    if (s->n_params)
        g_string_append_printf(c, "q_%s_asked},\n", s->stem);
    else
        g_string_append(c, "NULL},\n");
}

void sqlgen_put_definition(GString *c, const char *stage, const struct statement *s)
{
    g_string_append_c(c, '\n');
    put_statement_const(c, stage, s);
    if (s->shape == COPY_IN) {
        put_copy_in(c, s);
        return;
    }
    if (s->n_columns)
        put_decoder(c, s);
    if (s->shown)
        put_table(c, s);
    put_helpers(c, s);
    put_signature(c, s);
    g_string_append(c, "\n{\n");
    put_query_body(c, s);
    g_string_append(c, "}\n");
}
