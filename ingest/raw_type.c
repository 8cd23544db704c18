/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/raw_type.h"

#include <string.h>

static const char *const names[RAW_TYPE_COUNT] = {
    [RAW_BOOLEAN] = "boolean",     [RAW_BIGINT] = "bigint",
    [RAW_NUMERIC] = "numeric",     [RAW_TEXT] = "text",
    [RAW_DATE] = "date",           [RAW_TIME] = "time",
    [RAW_TIMESTAMP] = "timestamp", [RAW_TIMESTAMPTZ] = "timestamptz",
    [RAW_JSONB] = "jsonb",         [RAW_BASE16] = "base16",
    [RAW_BASE64] = "base64"};

const char *raw_type_name(enum raw_type type)
{
    return names[type];
}

enum raw_type raw_type_by_name(const char *name)
{
    int type = 0;
    while (type < RAW_TYPE_COUNT && strcmp(names[type], name) != 0)
        type++;
    return (enum raw_type)type;
}

bool raw_type_widens(enum raw_type from, enum raw_type to)
{
    return (from == RAW_BIGINT && (to == RAW_NUMERIC || to == RAW_TEXT)) ||
           (from == RAW_NUMERIC && to == RAW_TEXT);
}
