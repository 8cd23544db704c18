/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What source_inbox.c and source_inbox_config.c share. */
#pragma once

#include "ingest/source.h"

enum { SOURCE_INBOX_KEYS_MAX = 100 };

/* One stream while the inbox is read. */
struct source_inbox_part {
    const struct mapping *mapping;
    unsigned kinds; /* bit source_inbox_kind() of each */
    struct batch *batch;
    struct mapping_reader *reader;
    struct seen *seen;      /* once an event needs it */
    int64_t read, rejected; /* in all deliveries */
};

/* One API key whose events are read. */
struct source_inbox_key {
    const char *id;
    int64_t position; /* its events up to this seq are in */
};

struct source_inbox_reading {
    const struct source_run *run;
    size_t n_keys, n_parts;
    struct source_inbox_key key[SOURCE_INBOX_KEYS_MAX];
    struct source_inbox_part *part; /* in the arena */
    int32_t keep_days;
    int64_t first, last; /* seq of events since the last delivery; first 0: none */
    struct arena *arena, *scratch;
};

/* Number of a kind of event, -1 for none. */
int source_inbox_kind(const char *name);

/* Fill keys, parts and keep_days from the configuration.
 * Errors  KENKO_ERROR_CONFIG */
MUST_USE bool source_inbox_configure(struct source_inbox_reading *reading, GError **err);

/* Does the configuration hold? One finding. */
void source_inbox_check(const struct source_run *run, struct source_findings *out);
