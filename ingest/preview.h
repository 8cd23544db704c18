/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the mapping of a stream makes of a file's first records; nothing is written. */
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
