/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The raw rows of one account in an audit bundle: taken out of a warehouse, written as JSON
 * objects, read back, and given to what computes metrics. */
#pragma once

#include <jansson.h>

#include "scoring/facts_source.h"

enum bundle_table {
    BUNDLE_LOAD,
    BUNDLE_ACCOUNT,
    BUNDLE_MEMBER,
    BUNDLE_METRIC,
    BUNDLE_RATE,
    BUNDLE_QUALITY,
    BUNDLE_SPAN,
    BUNDLE_RECORD,
    BUNDLE_RUN,
    BUNDLE_INCIDENT,
    BUNDLE_FIRST_RUN,
    BUNDLE_ATTRIBUTE,
    BUNDLE_CONTACT,
    BUNDLE_OVERRIDE,
    BUNDLE_TABLES
};

struct bundle_rows {
    struct arena *arena;
    GArray *table[BUNDLE_TABLES];
    struct facts_rows facts; /* after bundle_rows_close */
};

struct bundle_rows *bundle_rows_new(struct arena *arena);
void bundle_rows_free(struct bundle_rows *rows);

typedef struct bundle_rows bundle_rows_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(bundle_rows_t, bundle_rows_free)

/* The name of a table's part in the file. */
const char *bundle_rows_part(enum bundle_table table);
/* BUNDLE_TABLES when there is none of that name. */
enum bundle_table bundle_rows_find(const char *part);

/* Row i as a JSON object; the caller owns it. Usage stands in it packed, and in plain numbers. */
json_t *bundle_rows_write(const struct bundle_rows *rows, enum bundle_table table, size_t i);

/*
 * Add the row that such an object says, and hold it to what a warehouse can hold.
 *
 * Errors  KENKO_ERROR_INPUT  a member is missing, unknown or none of its kind; names it
 */
MUST_USE bool bundle_rows_read(struct bundle_rows *rows, enum bundle_table table,
                               const json_t *object, GError **err);

/* No row comes any more: fill `facts`, whose `newest` and `has` are the caller's. */
void bundle_rows_close(struct bundle_rows *rows);
