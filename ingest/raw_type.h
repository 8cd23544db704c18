/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types of columns of streams without a mapping. */
#pragma once

#include <stdbool.h>

enum raw_type {
    RAW_BOOLEAN,
    RAW_BIGINT,
    RAW_NUMERIC,
    RAW_TEXT,
    RAW_DATE,
    RAW_TIME,
    RAW_TIMESTAMP,   /* without an offset: never assumed to be somewhere */
    RAW_TIMESTAMPTZ, /* with one */
    RAW_JSONB,
    RAW_BASE16, /* bytea that the source writes in hexadecimal */
    RAW_BASE64,
    RAW_TYPE_COUNT
};

/* As in ops.raw_column, and back; RAW_TYPE_COUNT when there is none of that name. */
const char *raw_type_name(enum raw_type type);
enum raw_type raw_type_by_name(const char *name);

/* Can each value of `from` stand in a column of type `to` without loss: bigint, numeric, text, in
 * this order? */
bool raw_type_widens(enum raw_type from, enum raw_type to);
