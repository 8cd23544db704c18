/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an answer is made of: the documentation, the header line of CSV and the names that fields=
 * may ask for come from it. Rows of a statement are shown by its table. */
#pragma once

#include "api/writer.h"
#include "core/arena.h"
#include "core/db_table.h"

enum shape_kind {
    SHAPE_TEXT,
    SHAPE_INTEGER,
    SHAPE_NUMBER,
    SHAPE_BOOL,
    SHAPE_DAY,
    SHAPE_INSTANT,
    SHAPE_TEXTS,
    SHAPE_OBJECT,  /* of a shape */
    SHAPE_OBJECTS, /* a list of them */
    SHAPE_ANY      /* any JSON */
};

struct shape;

struct shape_member {
    const char *name; /* NULL ends a list */
    enum shape_kind kind;
    bool nullable, optional;
    const struct shape *of;
    const char *what;
};

/* One of members and table is NULL. */
struct shape {
    const char *name; /* of the schema, e.g. "Account" */
    const struct shape_member *members;
    const struct db_table *table;
};

/*
 * A column's name says its unit: _bp are hundredths of a point, _1e4 and _1e9 parts of one, _minor
 * minor units of the reporting currency. Shown it is a number in units, without the ending. Columns
 * that begin with page_ are not shown.
 */
size_t shape_count(const struct shape *shape);
/* Member i of either kind; its name is in the arena. False: it is not shown. */
bool shape_member_at(struct arena *arena, const struct shape *shape, size_t i,
                     struct shape_member *out);

/* Write one row as members of the open object. */
void shape_write_row(struct writer *writer, const struct db_table *table, const void *row,
                     int currency_decimals);

/* The same of a row's decoded columns. */
void shape_write_columns(struct writer *writer, const struct db_table *table,
                         const struct db_value *columns, int currency_decimals);

/* The names of all members, for fields=. NULL-terminated, in the arena. */
const char *const *shape_names(struct arena *arena, const struct shape *shape);

/* The header line of CSV; members of objects are "object.member". NULL only: all. */
void shape_write_header(struct arena *arena, const struct shape *shape, const char *const *only,
                        GString *out);
