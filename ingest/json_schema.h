/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a JSON Schema says about the fields of a stream: their types, and which must be there. */
#pragma once

#include "core/arena.h"
#include "core/slice.h"
#include "ingest/raw_type.h"

struct json_schema_field {
    const char *name;
    enum raw_type type;
    bool any_offset; /* a time whose values say by themselves whether they have an offset */
};

struct json_schema {
    size_t n_fields, n_required;
    struct json_schema_field *field;
    const char **required;
};

/*
 * Read the schema of a stream's records.
 *
 * text    as the tap or catalog has it: properties, type, format, anyOf and the like, airbyte_type,
 *         contentEncoding and Airbyte's $ref; p NULL: none, as a schema without properties
 * decode  fields with a contentEncoding are bytes, not text
 *
 * Errors  KENKO_ERROR_INPUT  not JSON, properties is not an object, or names a field twice
 */
MUST_USE bool json_schema_read(struct arena *arena, struct slice text, bool decode,
                               struct json_schema *out, GError **err);

/* Names in a JSON array of texts; with `nested`, of arrays that hold one each (Airbyte's keys). */
MUST_USE bool json_schema_names(struct arena *arena, struct slice array, bool nested,
                                const char ***names, size_t *n, GError **err);
