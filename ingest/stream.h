/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The streams a source can be mapped to, and the fields each takes. One table row per field; the
 * mapping validates configuration against it, the stage writes typed columns by it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"

enum stream_kind {
    STREAM_ACCOUNT,
    STREAM_SUBSCRIPTION,
    STREAM_CONTACT,
    STREAM_USAGE_EVENT,
    STREAM_USAGE_METRIC,
    STREAM_JOB,
    STREAM_INCIDENT,
    STREAM_INCIDENT_ACCOUNT,
    STREAM_TICKET,
    STREAM_TOUCHPOINT,
    STREAM_SURVEY_RESPONSE,
    STREAM_SENTIMENT,
    STREAM_MILESTONE,
    STREAM_FX_RATE,
    STREAM_COUNT
};

enum stream_type {
    STREAM_TEXT,    /* as.text: valid UTF-8 without NUL */
    STREAM_DAY,     /* as.day: business day since 1970-01-01 */
    STREAM_INSTANT, /* as.n: microseconds since 1970 UTC */
    STREAM_INTEGER, /* as.n */
    STREAM_MONEY,   /* as.n: minor units of the record's currency */
    STREAM_RATE,    /* as.n: times 10^9 */
    STREAM_BOOL     /* as.n: 0 or 1 */
};

enum { STREAM_FIELDS_MAX = 16, STREAM_VALUES_MAX = 64 };

struct stream_field {
    const char *name; /* as in the mapping and, unless it is party, at or subject, the column */
    enum stream_type type;
    bool required;
};

struct stream {
    const char *name; /* as in the mapping */
    bool is_usage;    /* rolled up; the others are versions of records */
    bool has_party;   /* false for incident and fx_rate */
    bool has_source;  /* the source's name is part of the key */
    struct stream_field field[STREAM_FIELDS_MAX];
};

/* The row for a kind, and the kind by name (-1 when there is none). */
const struct stream *stream_get(enum stream_kind kind);
int stream_by_name(struct slice name);

/* How many fields the stream has. */
size_t stream_field_count(const struct stream *stream);

/* Index of a field in stream->field, -1 when the stream has none of that name. */
int stream_field_index(const struct stream *stream, const char *name);

/* One field of one record, typed. */
struct stream_cell {
    bool is_null;
    union {
        struct slice text;
        int32_t day;
        int64_t n;
    } as;
};

/* A usage value of one record: entry `index` of the mapping's values, in the metric's scale. */
struct stream_value {
    uint32_t index;
    int64_t v;
};

/* One record after mapping: what the write path takes. Texts point into the record's batch. */
struct stream_record {
    struct stream_cell cell[STREAM_FIELDS_MAX];
    struct stream_value value[STREAM_VALUES_MAX];
    size_t n_values;
    struct slice id;    /* de-duplication id, p NULL when the mapping has none */
    struct slice raw;   /* the record as it stood in the file */
    int64_t line;       /* first line of the record, from 1 */
    int64_t ordinal;    /* record number in the file, from 0 */
    int64_t end_offset; /* decoded byte after it */
    uint64_t rounded;   /* values rounded half away from zero */
    uint64_t replaced;  /* characters replaced by U+FFFD */
};
