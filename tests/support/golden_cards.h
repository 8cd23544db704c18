/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which columns of the published scorecards' golden tables say what. */
#pragma once

#include <stddef.h>

enum golden_kind {
    END,
    EXACT,   /* the number before it is rounded; blank is none */
    ROUNDED, /* as the card rounds; blank says nothing */
    BAND,    /* blank says nothing */
    NO_BAND, /* the same, but blank with a note beside it is in no band */
    MEASURE, /* its score; blank: it has none */
    POINTS,  /* the same; what is missing has 0 */
    TENTHS,  /* its score over 10 */
    LEVEL,   /* the name of its score */
    GROUP,   /* blank: nothing in it is known */
    GROUP_POINTS,
    GROUP_WEIGHT,
    WEIGHT,
    INPUT, /* a derived one */
    RAW,
    COMPUTED,
    COMPUTED_ROUNDED,
    CAP,   /* the number that a cap brought */
    SCORED /* 1 or 0 */
};

struct golden_cell {
    const char *column;
    enum golden_kind kind;
    const char *name; /* NULL: that of the column */
};

struct golden {
    const char *card, *values, *key, *expected, *expected_key;
    struct golden_cell cell[26];
};

/* The number of a card, in the columns most tables have it in. */
#define GOLDEN_NUMBER                                                                              \
    {"health_exact", EXACT, NULL},                                                                 \
    {                                                                                              \
        "health_rounded", ROUNDED, NULL                                                            \
    }

extern const struct golden golden_cards[];
extern const size_t golden_cards_n;
