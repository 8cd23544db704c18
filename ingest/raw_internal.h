/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of raw.h share. */
#pragma once

#include "core/keyed_hash.h"
#include "ingest/json_schema.h"
#include "ingest/raw.h"
#include "ingest/reject.h"

/* PostgreSQL's 1,600 less those of ours. */
enum { RAW_COLUMNS_MAX = 1580, RAW_NOWHERE = -1 };

struct raw_column {
    const char *field, *variant, *name;
    enum raw_type type;
    bool filled;     /* a value stands in it, or will with the next load */
    bool any_offset; /* until it is filled the first value says whether times have an offset */
    bool declared;   /* by the present shape; fields that are not are left out */
    bool fresh, retyped, newly_filled,
        was_declared; /* not yet so, and so still, in the warehouse */
};

/* What one record has in a column. */
struct raw_cell {
    struct slice bytes, same, written; /* bytes p NULL: nothing */
    bool met;                          /* the record has the field */
};

/* A record on its way: its cells stand behind each other as COPY sends them, lengths included;
 * those of columns that came later are null. */
struct raw_row {
    struct raw_row *next;
    struct raw_record from;
    bool deleted, has_key;
    uint8_t key[16], hash[16];
    struct db_ints absent;
    struct slice meta, extra, cells;
    size_t n_cells;
};

struct raw_statement {
    int64_t generation;
    enum raw_generation state;
};

struct raw_stream {
    struct raw *raw;
    const char *namespace, *name, *label; /* label: namespace.name, for loads and messages */
    const struct raw_rule *rule;
    enum raw_contract contract;
    const char *relation, *deleted_field, *deleted_value;
    int64_t raw_id;                             /* 0: not made yet */
    bool hard, keyed, option_changed, is_known; /* is_known: it was there before this run */
    size_t n_key, n_order, n_required;
    const char **key, **order, **required;
    int *key_place, *required_place; /* place + 1 of their columns, 0: not met yet */
    bool is_shaped, has_fields;
    struct slice schema;          /* of the shape, as it was written */
    struct arena *arena;          /* names that stay */
    struct arena *shape_arena;    /* what the present shape says */
    GArray *columns;              /* struct raw_column */
    GHashTable *by_field, *names; /* field → place + 1 of its first column; all column names */
    GHashTable *homeless;         /* fields of the shape that have no column */
    GArray *hints;                /* place of the n-th member of the last record */
    int64_t floor;
    GArray *hidden; /* int64_t */
    /* since the last delivery */
    struct raw_row *first, **last;
    GArray *rejects, *statements;
    struct batch_counters count;
    int64_t skipped, nulled;
    int64_t load_id;
    bool is_listed; /* in raw->active */
};

struct raw {
    struct db *db;
    const struct job *job;
    const char *source;
    const struct raw_rule *rules;
    size_t n_rules;
    bool hard;
    uint8_t secret[KEYED_HASH_SIZE];
    GHashTable *streams;   /* label → stream */
    GPtrArray *active;     /* those that have something to say in the next delivery */
    struct arena *arena;   /* until the next delivery */
    struct arena *scratch; /* one record */
    GArray *cells;         /* struct raw_cell by column, of one record */
    GByteArray *mix;       /* what is hashed */
};

/* A column for a field's values of a type: fresh ones are made by the next delivery; RAW_NOWHERE
 * when the table is full. */
int raw_column_add(struct raw_stream *stream, const char *field, const char *variant,
                   enum raw_type type);
struct raw_column *raw_column_at(struct raw_stream *stream, int place);
/* The column of a field's values of another type; RAW_NOWHERE when there is none. */
int raw_column_variant(struct raw_stream *stream, const char *field, const char *variant);

/* Say that the stream takes part in the next delivery. */
void raw_activate(struct raw_stream *stream);
