/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The body of a write: one JSON object whose members are declared. */
#pragma once

#include "api/field.h"

/*
 * Parse a body. Every fault is found, not only the first, up to 20 members that are wrong.
 *
 * set   from field_set_new with the endpoint's fields; absent members keep nothing, or their
 *       fallback
 * json  on success the tree that values point into: to be given back with json_decref
 *
 * NULL on success; else the faults, in the order of the body
 */
const struct field_fault *body_parse(struct arena *arena, struct slice text,
                                     const struct field_set *set, json_t **json) MUST_USE;
