/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a descriptor as they come: nothing waits for a buffer to fill, a stop is seen at once,
 * and memory is bounded by the longest line allowed. */
#pragma once

#include <stdint.h>

#include "core/error.h"
#include "core/slice.h"

struct lines;

/* The descriptor stays the caller's. */
struct lines *lines_open(int fd, size_t max_line) MUST_USE;
void lines_close(struct lines *lines);

enum lines_outcome {
    LINES_LINE,
    LINES_END,
    LINES_LATE,   /* the deadline passed before a line was whole */
    LINES_STOPPED /* a stop was asked for */
};

/* One line without its end, LF or CR LF; valid until the next call. */
struct lines_line {
    struct slice text; /* of a line that is too long, its first 4 KiB */
    int64_t number;    /* from 1 */
    bool too_long;
};

/*
 * The next line; the last one may lack its end.
 *
 * deadline_us  of the monotonic clock, INT64_MAX for none
 *
 * Errors  KENKO_ERROR_IO  cannot be read
 */
MUST_USE bool lines_next(struct lines *lines, int64_t deadline_us, struct lines_line *out,
                         enum lines_outcome *outcome, GError **err);

typedef struct lines lines_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lines_t, lines_close)
