/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A share kept exactly, for shares of amounts and of customers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"

struct ratio {
    __int128 numerator, denominator; /* denominator 0: there is nothing to take a share of */
};

/* NaN without a base. */
double ratio_value(struct ratio ratio);

/* "13/34" in lowest terms, "" without a base. */
const char *ratio_text(struct arena *arena, struct ratio ratio);

/* A loss c over `days` as the loss of a year at the same pace, 1 - (1 - c)^(365/days); NaN for
 * NaN or when no day passed. */
double ratio_annual(double loss, int days);
