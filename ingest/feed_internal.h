/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What feed.c and feed_record.c share. */
#pragma once

#include "core/scan_json.h"
#include "ingest/feed.h"

/* One mapping of a stream. */
struct feed_mapped {
    const struct mapping *mapping;
    struct batch *batch;
    struct mapping_reader *reader;
    struct seen *seen;      /* NULL: without ids */
    bool composite;         /* the id is made of several fields of the key */
    int64_t read, rejected; /* since the run began */
};

struct feed_stream {
    const char *namespace, *name;
    struct arena *arena;
    size_t n_mapped;
    struct feed_mapped *mapped;
    struct raw_stream *raw; /* NULL: only mapped */
    size_t n_key;
    struct scan_json_path *key;
    struct feed_stats stats;
};

enum { FEED_RECENT = 1024 };

struct feed {
    const struct source_run *run;
    const struct source_pipe *pipe;
    struct feed_how how;
    int64_t age_us;
    GHashTable *streams;                     /* namespace and name → stream */
    struct feed_stream *recent[FEED_RECENT]; /* by a hash of its name */
    GPtrArray *mapped;                       /* all batches */
    struct raw *raw;
    int64_t ordinal;
    struct arena *scratch;
    /* since the last delivery */
    GArray *answers;       /* struct slice */
    GHashTable *positions; /* stream → position */
    struct arena *arena;   /* of the two */
    size_t bytes;          /* of records in batches */
    int64_t first_us;      /* when the first of what waits came; 0: nothing waits */
    bool at_state;         /* nothing came after the last state */
    unsigned unseen;       /* lines since the last look at the clock */
    int64_t from_line, line;
    int64_t raw_load;
};

/* Something waits for the next delivery. */
void feed_touch(struct feed *feed);
