/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers in their order. */
#pragma once

#include <stddef.h>

/* Sort n numbers, none of them NaN, ascending. */
void order_ascending(double *v, size_t n);
