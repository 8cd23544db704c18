/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a request asks of the warehouse: rows of one statement, shown as they are. An endpoint gives
 * the function that runs the statement; everything around it is here. */
#pragma once

#include "api/routes.h"
#include "core/engine.h"

struct ask {
    struct arena *arena;
    struct db *db;
    const struct request *request;
    const struct snapshot *snapshot;        /* NULL: no run is published */
    const struct snapshot_account *account; /* that the path names; NULL: it names none */
    const struct db_bigints *accounts;      /* that the caller may see; NULL: all */
    int32_t rows;                           /* to read: one more than a page */
    const int64_t *after_number, *after_id; /* where the page before ended; NULL: begin */
    const struct engine *engine;
};

/* What it found: the rows of q_<stem>_rows, in the arena. */
struct ask_rows {
    size_t n;
    const void *row;
};

/* Take them from the rows of a statement; true, for `return q_…() && ask_give(out, n, row)`. */
bool ask_give(struct ask_rows *out, size_t n, const void *row);

/* The value of a parameter, of the path or the query, or of a member of the body. */
const struct field_value *ask_param(const struct ask *ask, const char *name);
const struct field_value *ask_member(const struct ask *ask, const char *name);

/* Their numbers for statements: NULL where none was given. In the arena. */
const int64_t *ask_number(const struct ask *ask, const struct field_value *value);
const int32_t *ask_int(const struct ask *ask, const struct field_value *value);

/* The shape of what a statement's rows show. */
#define ASK_SHAPE(variable, shape_name, stem)                                                      \
    static const struct shape variable = {shape_name, NULL, &q_##stem##_table}
/* Endpoints that list rows, and that show one. */
#define ASK_LIST(fn, of_shape, fields, pinned)                                                     \
    {                                                                                              \
        .handler = ask_answer, .params = (fields), .answer = ROUTE_LIST, .shape = &(of_shape),     \
        .warehouse = true, .of_run = (pinned), .ask = (fn)                                         \
    }
#define ASK_ONE(fn, of_shape, fields)                                                              \
    {                                                                                              \
        .handler = ask_answer, .params = (fields), .shape = &(of_shape), .warehouse = true,        \
        .ask = (fn)                                                                                \
    }
/* Writes: one that makes something (201), changes it, or ends it (204). */
#define ASK_MAKE(fn, of_shape, fields, members)                                                    \
    {                                                                                              \
        .handler = ask_answer, .params = (fields), .body = (members), .shape = &(of_shape),        \
        .status = 201, .warehouse = true, .ask = (fn)                                              \
    }
#define ASK_CHANGE(fn, of_shape, fields, members)                                                  \
    {                                                                                              \
        .handler = ask_answer, .params = (fields), .body = (members), .shape = &(of_shape),        \
        .warehouse = true, .ask = (fn)                                                             \
    }
#define ASK_END(fn, fields)                                                                        \
    {                                                                                              \
        .handler = ask_answer, .params = (fields), .answer = ROUTE_NOTHING, .warehouse = true,     \
        .ask = (fn)                                                                                \
    }

/*
 * The handler of endpoints with `ask`. Reads run their statement; writes run it in a transaction,
 * once for an Idempotency-Key. An account in the path that the caller may not see is not_found, and
 * so is a ROUTE_ONE or ROUTE_NOTHING without a row. Rows of a page end with the columns page_id
 * and, where the order has a number before it, page_number.
 */
void ask_answer(const struct site *site, struct request *request, struct response *response);
