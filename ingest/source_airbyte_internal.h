/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of source_airbyte.h share. */
#pragma once

#include "core/scan_json.h"
#include "ingest/feed.h"

/* One stream of the configured catalog. */
struct airbyte_stream {
    const char *namespace, *name;
    struct feed_stream *feed;
    bool has_generation; /* records carry it */
    int64_t generation;
    bool refreshes; /* what is older is deleted once the stream is complete */
    bool complete;
};

/* One run. */
struct airbyte {
    const struct source_run *run;
    const struct source_pipe *pipe;
    struct feed *feed;
    struct arena *arena; /* of the catalog */
    size_t n_streams;
    struct airbyte_stream *stream;
    struct airbyte_stream *last; /* the one found last */
    bool has_ids;                /* the platform numbers generations */
    bool saw_status;
    struct arena *message; /* one message */
    int64_t line;
};

/* Read the catalog and declare its streams. */
MUST_USE bool source_airbyte_catalog(struct airbyte *a, GError **err);

/* A stream of the catalog, NULL when it is not in it. */
struct airbyte_stream *source_airbyte_find(struct airbyte *a, struct slice namespace,
                                           struct slice name);

/* The stream has sent all it will: what a refresh replaces is deleted with the next delivery.
 * Errors  KENKO_ERROR_CHECK  nothing came, and it would leave the stream empty */
MUST_USE bool source_airbyte_complete(struct airbyte *a, struct airbyte_stream *stream,
                                      GError **err);

/* A STATE message: hold the source's count against ours, and have it said with both. */
MUST_USE bool source_airbyte_state(struct airbyte *a, struct slice line, GError **err);

/* Set err to "standard input:LINE: what"; returns false. */
bool source_airbyte_fail(const struct airbyte *a, const char *what, GError **err);
