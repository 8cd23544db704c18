/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of guess share. */
#pragma once

#include "core/zone.h"
#include "ingest/guess.h"
#include "ingest/input.h"
#include "ingest/scan_csv.h"

enum guess_kind {
    KIND_INTEGER,  /* canonical, within 64 bits */
    KIND_LARGE,    /* canonical, beyond */
    KIND_FRACTION, /* canonical with a decimal point */
    KIND_ISO,
    KIND_EU,
    KIND_US,
    KIND_JAPANESE,
    KIND_COMPACT, /* 20261127 */
    KIND_EPOCH,
    KIND_CLOCK, /* of the five dates: with a time of day */
    KIND_MAIL,
    KIND_DOMAIN,
    KIND_URL,
    KIND_UUID,
    KIND_SALESFORCE,
    KIND_CURRENCY,
    KIND_ZEROS,      /* a number but for leading zeros … */
    KIND_PLUS,       /* … a plus … */
    KIND_GROUPS,     /* … thousands separators, a decimal comma, a currency's sign or % */
    KIND_SHORT_YEAR, /* 24/11/26 */
    KIND_COUNT
};

enum { GUESS_DATES = KIND_COMPACT - KIND_ISO + 1 };

/* What all columns share: how dates are tried, and memory for telling values apart. */
struct guess_shared {
    struct zone *zone;
    const struct instant_format *format[GUESS_DATES];
    size_t slots; /* still free */
};

/* The kinds a text fits, one bit each; `at` of those that are dates. Pure. */
uint32_t guess_kinds(const struct guess_shared *shared, struct slice text, int64_t at[GUESS_DATES]);

/* What has been seen of one column. */
struct guess_sketch;

struct guess_sketch *guess_sketch_new(struct guess_shared *shared);
void guess_sketch_free(struct guess_sketch *sketch);

/* One value, of the line it stands in; empty ones are counted only. */
void guess_sketch_add(struct guess_sketch *sketch, struct slice value, int64_t line);
/* Records before the column was first met have no value of it. */
void guess_sketch_skip(struct guess_sketch *sketch, uint64_t n);
void guess_sketch_array(struct guess_sketch *sketch);
bool guess_sketch_has(const struct guess_sketch *sketch, struct slice value);
/* Everything of the column but its name. */
void guess_sketch_close(struct guess_sketch *sketch, struct arena *arena, struct guess_column *out);

/* A name as it is compared: without case, width, spaces, - and _. Caller frees. */
char *guess_plain_name(struct slice name);
/* Is it a name that columns have, or built like one? */
bool guess_is_name(struct slice name);
/* How surely a file's name means a stream: 0 not at all. */
int guess_file_score(enum stream_kind kind, const char *path);
/* What a field without a column is all the same: the kind of a survey by its file's name. NULL: not
 * known. */
const char *guess_constant(const struct guess *guess, enum stream_kind kind, const char *field);

/* Call `take` with each leaf of a record: its name as in `fields`, its text ("" for null and what
 * is empty). False when the record is not a JSON object. */
typedef void (*guess_leaf)(void *context, const char *name, struct slice text, bool is_array);
bool guess_walk_json(struct arena *arena, struct slice record, guess_leaf take, void *context,
                     struct scan_error *error);

/* Does the first record name the columns? `column` has what the other records make of them. */
void guess_header(const struct guess_shared *shared, struct guess_sketch *const *sketch,
                  const struct slice *first, struct guess *guess);

/* What kind of text file it is: encoding, and NDJSON or the separator. */
MUST_USE bool guess_text(const char *path, struct guess *out, GError **err);
