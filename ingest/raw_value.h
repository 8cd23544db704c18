/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A JSON value in a typed column: what is sent to PostgreSQL, and whether it fits. */
#pragma once

#include "core/scan_json.h"
#include "ingest/raw_type.h"

enum raw_fit {
    RAW_FITS,
    RAW_EMPTY,  /* null, or an empty text where a number or a time is wanted: no value */
    RAW_WIDER,  /* a number that numeric holds and bigint does not */
    RAW_MISFIT, /* only another column can */
};

struct raw_value {
    struct slice bytes; /* binary form for COPY */
    struct slice same;  /* equal values have equal text, whatever the column's type was then */
    uint64_t replaced;  /* U+0000 and lone surrogates that became U+FFFD */
    uint64_t rounded;   /* digits of a second beyond the microsecond */
};

/* Encode for a column of a type; `out` is filled on RAW_FITS. Slices live in the arena or in the
 * member. */
enum raw_fit raw_value_encode(struct arena *arena, enum raw_type type,
                              const struct scan_json_member *member, struct raw_value *out);

/* The type of a column that is made for this value: after a misfit in a column of `beside`, or,
 * with RAW_TYPE_COUNT, where nothing is declared. */
enum raw_type raw_value_type(enum raw_type beside, const struct scan_json_member *member);
