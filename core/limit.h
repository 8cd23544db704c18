/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit on a number, as configurations say one: above, at least, below or at most. */
#pragma once

#include <stdbool.h>

struct limit {
    double at;
    bool is_upper;     /* beyond it is above, else below */
    bool is_inclusive; /* and so is at it */
};

/* The one that is given, the others NULL; false when it is none or several. */
bool limit_of(const double *above, const double *at_least, const double *below,
              const double *at_most, struct limit *out);

bool limit_is_beyond(const struct limit *limit, double value);
