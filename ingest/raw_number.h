/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decimal numbers of any length, exact, as PostgreSQL's binary numeric. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/slice.h"

struct scan_json_value;

/* A decimal number taken apart: sign · 0.d1 d2 d3 … · 10^point, d1 not 0. */
struct raw_number {
    bool negative;
    size_t n;           /* significant digits; 0 for zero */
    const char *digits; /* n of them, '0' to '9' */
    int64_t point;
    int64_t scale; /* digits behind the point as written, at least 0 */
};

/* Is the text a JSON number? Then take it apart; the digits go into the arena. */
bool raw_number_parse(struct arena *arena, struct slice text, struct raw_number *out);

/* A whole number within 64 bits? */
bool raw_number_bigint(const struct raw_number *number, int64_t *out);

/* A value of a message: a whole number within 64 bits? */
bool raw_number_whole(struct arena *arena, const struct scan_json_value *value, int64_t *out);

/* Can PostgreSQL hold so many digits? Only of such numbers may the two forms below be asked. */
bool raw_number_is_held(const struct raw_number *number);

/* The binary form. */
struct slice raw_number_numeric(struct arena *arena, const struct raw_number *number);

/* The one text of a value: no exponent, no zeros that say nothing. */
struct slice raw_number_text(struct arena *arena, const struct raw_number *number);
