/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/order.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void order_ascending(double *v, size_t n)
{
    qsort(v, n, sizeof *v, compare);
}
