/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/alert_rows.h"

#include <string.h>

size_t alert_rows_from(const void *rows, size_t n, size_t size, int64_t account_id)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int64_t at;
        memcpy(&at, (const char *)rows + middle * size, sizeof at);
        if (at < account_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
