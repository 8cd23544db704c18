/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sqlgen.c reads and sqlgen_write.c writes. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum shape { ONE, MAYBE, MANY, NONE, COPY_IN, COPY_OUT };
enum { FIELDS_MAX = 64, PARAMS_INLINE_MAX = 8 };

struct type {
    const char *sql, *constant, *c_type, *member;
    bool is_pointer; /* the C value itself says NULL */
    bool by_struct;  /* passed as const struct * */
};

struct field {
    char *name;
    const struct type *type;
    bool nullable;
    char *words; /* what is said of it after its type */
    int line;
};

struct statement {
    char *stem, *what, *text;
    enum shape shape;
    bool shown; /* its columns are described, for those who write rows as they are */
    struct field param[FIELDS_MAX], column[FIELDS_MAX];
    int n_params, n_columns;
    int text_line; /* where the SQL begins */
};

/* A C string literal of any text. */
void sqlgen_put_string(GString *out, const char *text);
/* A statement's structs and prototype, and its definition. */
void sqlgen_put_declaration(GString *h, const struct statement *s);
void sqlgen_put_definition(GString *c, const char *stage, const struct statement *s);
/* Its row in the table of the stage's statements that are shown. */
void sqlgen_put_query(GString *c, const struct statement *s);
