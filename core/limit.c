/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/limit.h"

#include <glib.h>

bool limit_of(const double *above, const double *at_least, const double *below,
              const double *at_most, struct limit *out)
{
    const struct {
        const double *at;
        bool is_upper, is_inclusive;
    } said[] = {{above, true, false},
                {at_least, true, true},
                {below, false, false},
                {at_most, false, true}};
    int given = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
        if (!said[i].at)
            continue;
        given++;
        *out = (struct limit){*said[i].at, said[i].is_upper, said[i].is_inclusive};
    }
    return given == 1;
}

bool limit_is_beyond(const struct limit *limit, double value)
{
    if (limit->is_inclusive && value == limit->at)
        return true;
    return limit->is_upper ? value > limit->at : value < limit->at;
}
