/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of source_singer.h share. */
#pragma once

#include "core/json_shape.h"
#include "ingest/feed.h"
#include "ingest/json_schema.h"
#include "ingest/raw_number.h"
#include "ingest/raw_time.h"

enum singer_member {
    SINGER_TYPE,
    SINGER_STREAM,
    SINGER_SCHEMA,
    SINGER_KEY,
    SINGER_BOOKMARK,
    SINGER_RECORD,
    SINGER_VERSION,
    SINGER_TIME,
    SINGER_VALUE,
    SINGER_ENCODING,
    SINGER_MANIFEST,
    SINGER_MEMBERS
};

/* A message: the members we know, type SCAN_JSON_ABSENT where there is none. */
struct singer_message {
    struct scan_json_member member[SINGER_MEMBERS];
};

/* One run. */
struct singer {
    const struct source_pipe *pipe;
    struct feed *feed;
    struct arena *arena; /* one message */
    GHashTable *noted;
    int64_t line;
    struct json_shape shape; /* of messages of type RECORD */
};

/* Set err to "standard input:LINE: what"; returns false. */
bool source_singer_fail(const struct singer *s, const char *what, GError **err);

/* A message of type BATCH: the records are in files. */
bool source_singer_take_batch(struct singer *s, const struct singer_message *message, GError **err);

/* The first bytes of a line beyond the limit. */
bool source_singer_take_head(struct singer *s, struct slice head, GError **err);
