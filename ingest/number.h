/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact decimal numbers as text → fixed-point integers. No floating point on the way. */
#pragma once

#include <stdint.h>

#include "core/error.h"
#include "core/slice.h"

enum number_result { NUMBER_OK, NUMBER_ROUNDED, NUMBER_MALFORMED, NUMBER_OUT_OF_RANGE };

/*
 * "-12.345e2" with `decimals` → value · 10^decimals, rounded half away from zero.
 *
 * Accepts an optional sign, digits, a fraction and an exponent; no spaces, no thousands separators,
 * no NaN or Infinity. Exact for any length. `out` is touched only on OK and ROUNDED.
 */
enum number_result number_parse(struct slice text, int decimals, int64_t *out);
