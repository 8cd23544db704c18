/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of routes as OpenAPI 3.1. */
#pragma once

#include "api/writer.h"
#include "core/arena.h"

struct field;
struct shape;

/* Append the whole document. */
void openapi_write(struct arena *arena, GString *out);

/* The JSON Schema of a parameter or a member of a body, and of a body. */
void openapi_field(struct writer *writer, const char *name, const struct field *field);
void openapi_body(struct writer *writer, const char *name, const struct field *fields);

/* "#/components/schemas/NAME", and the schemas of the shape and those it is made of. `done` holds
 * names that are written already; of a sparse shape no member is required, since fields= may leave
 * it out. */
void openapi_reference(struct writer *writer, const char *name, const struct shape *shape);
void openapi_shape(struct arena *arena, struct writer *writer, const struct shape *shape,
                   bool sparse, GHashTable *done);
