/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays of numbers in the JSON of stored models. Written with NUMBERS_FORMAT they come back to the
 * same bits, also through jsonb, which writes 1e20 as an integer that would not fit: read with
 * NUMBERS_READ. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define NUMBERS_FORMAT (JSON_REAL_PRECISION(17) | JSON_SORT_KEYS | JSON_COMPACT)
#define NUMBERS_READ (JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL)

/* A JSON array of v (n values, finite). The caller owns it. */
json_t *numbers_save(const double *v, size_t n);
json_t *numbers_save_sizes(const size_t *v, size_t n);

/* Exactly n numbers, or false; whole ones from 0 to `below` - 1. `out` has n places. */
bool numbers_load(const json_t *list, double *out, size_t n);
bool numbers_load_sizes(const json_t *list, size_t below, size_t *out, size_t n);
/* One whole number from 0 to `below` - 1. */
bool numbers_load_size(const json_t *value, size_t below, size_t *out);
