/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/wilson.h"

#include <math.h>

#include "scoring/normal.h"

void wilson_interval(int64_t x, int64_t n, double *low, double *high)
{
    if (n == 0) {
        *low = *high = NAN;
        return;
    }
    double share = (double)x / (double)n, z2n = normal_z95 * normal_z95 / (double)n;
    double middle = share + z2n / 2;
    double half = normal_z95 * sqrt(share * (1 - share) / (double)n + z2n / (4 * (double)n));
    *low = x == 0 ? 0 : (middle - half) / (1 + z2n);
    *high = x == n ? 1 : (middle + half) / (1 + z2n);
}
