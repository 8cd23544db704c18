/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the mapping of a stream makes of a source's first records; nothing is written. */
#pragma once

#include "ingest/mapping.h"

struct preview_row {
    int64_t line;
    enum mapping_outcome outcome;
    const char **cell; /* when mapped: n_columns texts, NULL for null */
    const char *rule;  /* when ignored */
    struct mapping_reject reject;
};

struct preview {
    size_t n_columns;
    const char **column; /* fields of the stream that are mapped, then usage metrics */
    size_t n;
    struct preview_row *row;
    int64_t mapped, ignored, rejected; /* of the n */
};

/*
 * Read the first `max` records of a file.
 *
 * path, name  as opened, and as called in messages
 *
 * Errors  KENKO_ERROR_IO, KENKO_ERROR_INPUT  as source_file's reading
 */
MUST_USE bool preview_file(struct arena *arena, const struct mapping_set *set,
                           const struct mapping *mapping, const char *path, const char *name,
                           size_t max, struct preview *out, GError **err);

/*
 * The same of records that are not in a file: `read` gives each to preview_take, `max` at most.
 *
 * name  of where they are, for messages
 *
 * Errors  those of `read`
 */
struct preview_sink;
typedef bool (*preview_read_fn)(void *context, struct preview_sink *sink, GError **err);
void preview_take(struct preview_sink *sink, const struct input_record *raw);
MUST_USE bool preview_records(struct arena *arena, const struct mapping_set *set,
                              const struct mapping *mapping, const char *name, size_t max,
                              preview_read_fn read, void *context, struct preview *out,
                              GError **err);
