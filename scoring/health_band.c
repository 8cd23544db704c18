/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/health_band.h"

#include <string.h>

enum { FULL = 10000 };

static bool stands_in(const struct scorecard *card, struct rational_pool *pool, int bp,
                      const char *band)
{
    const char *own = scorecard_band_bp(card, pool, CLAMP(bp, 0, FULL));
    return strcmp(own ? own : "", band) == 0;
}

/* May the band move from `shown` to the day's own band by this score alone? Neither the hysteresis
 * nor what is not known may reach back into `shown`. */
static bool passes(const struct scorecard *card, struct rational_pool *pool, const char *shown,
                   const struct health_band_day *day)
{
    return !stands_in(card, pool, day->effective_bp - card->hysteresis_bp, shown) &&
           !stands_in(card, pool, day->effective_bp + card->hysteresis_bp, shown) &&
           !stands_in(card, pool, day->lower_bp, shown) &&
           !stands_in(card, pool, day->upper_bp, shown);
}

const char *health_band(const struct scorecard *card, struct rational_pool *pool,
                        const struct health_band_day *const *days, size_t n)
{
    const char *shown = days[0]->band;
    bool agree = true;
    for (size_t i = 1; i < n; i++) {
        const char *own = days[i]->band;
        agree = agree && strcmp(own, days[0]->band) == 0;
        if (strcmp(own, "Unknown") == 0 || strcmp(shown, "Unknown") == 0 ||
            passes(card, pool, shown, days[i]))
            shown = own;
    }
    /* n days of the same opinion win over a border that was only just passed. */
    return agree ? days[n - 1]->band : shown;
}
