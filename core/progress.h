/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far long work has come, as one line that is written anew. Stages say it and know of no
 * terminal: NULL is a progress nobody looks at, and every function takes it. Not thread-safe. */
#pragma once

#include <glib.h>
#include <stdint.h>

struct progress;

enum progress_unit { PROGRESS_ITEMS, PROGRESS_BYTES };

/* Where the line goes. */
struct progress_screen {
    int64_t (*now_us)(void);        /* a clock that only goes forward */
    int (*columns)(void);           /* its width now */
    void (*show)(const char *line); /* in place of the line before; "" takes it away */
};

struct progress *progress_new(const struct progress_screen *screen);
/* Takes the line away. */
void progress_free(struct progress *progress);

/*
 * A piece of work begins.
 *
 * what    a word for a person: "reading"
 * thing   what is counted, in the plural: "days", "records"
 * unit    of done and total; PROGRESS_BYTES are shown as B, kB, MB … and the things only counted
 * total   0 when it is not known
 */
void progress_begin(struct progress *progress, const char *what, const char *thing,
                    enum progress_unit unit, int64_t total);

/* `done` units of the part that is worked on; `things` of all parts (not shown for ITEMS). The line
 * changes ten times a second at most. Cost: a reading of the clock. */
void progress_at(struct progress *progress, int64_t done, int64_t things);

/* A part of `units` is done with: `done` begins anew at 0. */
void progress_pass(struct progress *progress, int64_t units);

/* The work has ended, in whatever way: the line goes. */
void progress_end(struct progress *progress);
