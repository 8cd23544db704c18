/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON Schema 2020-12 as far as our OpenAPI document uses it. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* Where `value` breaks `schema`, as a sentence with a pointer; NULL when it does not. References
 * are looked up in `root`. A keyword it does not know fails. Caller frees. */
char *json_schema_fault(const json_t *root, const json_t *schema, const json_t *value);

/* Is the document OpenAPI 3.1 as its specification asks? A sentence, or NULL. Caller frees. */
char *json_schema_openapi_fault(const json_t *document);

/* A member by a path with / between; NULL when it is not there. */
json_t *json_schema_at(const json_t *root, const char *path);
