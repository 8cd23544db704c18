/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file is: its format, its columns, and how they could be mapped. It is read whole, because
 * what a sample does not show breaks the load; memory is bounded whatever its length. Nothing of it
 * is used for loading: a person reads it and pastes it. */
#pragma once

#include "core/arena.h"
#include "ingest/encoding.h"
#include "ingest/stream.h"

enum { GUESS_EXAMPLES = 3, GUESS_COLUMNS_MAX = 4096 };

enum guess_type {
    GUESS_EMPTY, /* no value at all */
    GUESS_BOOLEAN,
    GUESS_INTEGER, /* within 64 bits, written without leading zeros or plus */
    GUESS_DECIMAL,
    GUESS_DAY,
    GUESS_TIME,
    GUESS_TEXT
};

/* What texts of a column are, beyond their type. */
enum guess_content {
    GUESS_PLAIN,
    GUESS_MAIL,
    GUESS_DOMAIN,
    GUESS_URL,
    GUESS_UUID,
    GUESS_SALESFORCE_ID,
    GUESS_CURRENCY,
    GUESS_ARRAY /* of JSON */
};

struct guess_column {
    const char *name; /* as in `fields`: of a nested member its pointer */
    enum guess_type type;
    enum guess_content content;
    double confidence; /* 0 … 1 that the next value fits the type */
    uint64_t n;        /* values */
    uint64_t empty;    /* empty, null or absent */
    uint64_t distinct; /* exact when counted_all */
    bool counted_all;
    uint64_t repeated;                   /* values that came before; exact when counted_all */
    int decimals;                        /* most of any value */
    const char *example[GUESS_EXAMPLES]; /* NULL when there are no more */
    const char *min, *max;               /* of numbers and times; NULL otherwise */
    const char *dates;                   /* what `dates` must say to read them; NULL: nothing */
    bool ambiguous;                      /* all values are both day/month and month/day */
    bool maybe_time;  /* whole numbers that could be times: epoch, or as `dates` */
    const char *note; /* what a person should know; "" for nothing */
};

struct guess {
    const char *path;
    bool is_json;
    char separator; /* 0 for NDJSON */
    enum encoding encoding;
    bool has_header;
    const char *header_note;    /* why, when it is not plain */
    uint64_t records;           /* that could be read */
    uint64_t broken;            /* that could not: ragged, not JSON, bytes that do not decode */
    int64_t broken_line;        /* the first of them */
    const char *broken_message; /* what is wrong with it */
    size_t n_columns;
    struct guess_column *column;
    size_t left_out; /* columns beyond GUESS_COLUMNS_MAX */

    /* How it could be mapped; indexes of columns, -1 for none. */
    enum stream_kind kind;
    bool kind_found; /* false: no stream's needs are met, kind is the nearest */
    int field[STREAM_FIELDS_MAX];
    int id;
    size_t n_values;
    int value[STREAM_VALUES_MAX];
};

/*
 * Look at the whole file.
 *
 * kind  the stream it is for, or -1 to choose one
 *
 * Errors  KENKO_ERROR_IO     cannot be read
 *         KENKO_ERROR_INPUT  not text: a workbook, an archive, one JSON array, damaged compression
 * Cost    two readings of the file; at most 64 MiB and what the columns hold
 */
MUST_USE bool guess_file(struct arena *arena, const char *path, int kind, struct guess *out,
                         GError **err);

/* An entry of `sources` for kenko.yaml, with what was seen as comments; it can be read back. */
void guess_write_yaml(const struct guess *guess, const char *source, GString *out);
/* The same as one entry of the source's `streams`; `how` are lines that say where the records are,
 * NULL: in the file. */
void guess_write_entry(const struct guess *guess, const char *how, GString *out);
/* A scalar of YAML that stands anywhere. */
void guess_write_text(GString *out, const char *text);
void guess_write_json(const struct guess *guess, const char *source, GString *out);

/* Fill in how the columns could be mapped to the stream `kind`, or to the likest when it is -1. Of
 * a table, whose columns have a name and a type, this is all that is known. */
void guess_choose(struct guess *guess, int kind);

/* How surely a column's name means a field of a stream: 0 not at all. */
int guess_name_score(enum stream_kind kind, const char *field, const char *name);

const char *guess_type_name(enum guess_type type);
const char *guess_content_name(enum guess_content content); /* "" for GUESS_PLAIN */
